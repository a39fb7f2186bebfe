/* Runs pieces of user code on the host CPU, each from a given state to its first exception. Reads cases from standard input and writes
   them, changed, to standard output. Registers go in and out by way of signal frames, so that nothing of the host is in between.

   The code lies at CODE, readable and executable, the rest of its page is int3; the data at DATA, two pages, readable and writable. Being
   built to run anywhere, the program itself is above 4 GiB, where nothing else is. */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x10000000UL
#define DATA 0x20000000UL
#define CODE_SIZE 4096
#define DATA_SIZE 8192

struct state {
    uint64_t gpr[16]; /* as instructions number them */
    uint64_t rip, flags, cs, gs_base;
    uint64_t trap, error, cr2, signal; /* out */
    uint8_t fx[512];
    uint8_t code[256]; /* padded with int3 */
    uint8_t data[DATA_SIZE];
};

static const int ORDER[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                              REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
static struct state state;
static uint8_t *writable_code, *data = (uint8_t *)DATA;
static int running;

static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

static void transfer(long number, int file, void *bytes, size_t size) {
    size_t done = 0;
    while (done < size) {
        long n = call(number, file, (long)((char *)bytes + done), size - done);
        if (n <= 0)
            call(SYS_exit_group, number == SYS_read && done == 0 ? 0 : 1, 0, 0);
        done += n;
    }
}

static void alarm_in(long microseconds) {
    struct itimerval timer = {{0, 0}, {0, microseconds}};
    call(SYS_setitimer, ITIMER_REAL, (long)&timer, 0);
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    ucontext_t *uc = context;
    greg_t *g = uc->uc_mcontext.gregs;
    uint8_t *fx = (uint8_t *)uc->uc_mcontext.fpregs;
    if (running) {
        alarm_in(0);
        for (int i = 0; i < 16; i++)
            state.gpr[i] = g[ORDER[i]];
        state.rip = g[REG_RIP];
        state.flags = g[REG_EFL];
        state.trap = g[REG_TRAPNO];
        state.error = g[REG_ERR];
        state.cr2 = g[REG_CR2];
        state.signal = signal;
        memcpy(state.fx, fx, 512);
        memcpy(state.data, data, DATA_SIZE);
        transfer(SYS_write, 1, &state, sizeof state);
    }
    /* What sigreturn does not set: NT, ID. */
    __asm__ volatile("push $0x202; popfq" : : : "cc", "memory");
    running = 1;
    transfer(SYS_read, 0, &state, sizeof state);
    memcpy(writable_code, state.code, sizeof state.code);
    memcpy(data, state.data, DATA_SIZE);
    memcpy(fx, state.fx, 512);
    *(uint64_t *)(fx + 512) |= 3; /* x87 and SSE state is in the frame */
    for (int i = 0; i < 16; i++)
        g[ORDER[i]] = state.gpr[i];
    g[REG_RIP] = state.rip;
    g[REG_EFL] = state.flags;
    __asm__ volatile("mov %0, %%ds; mov %0, %%es" : : "r"(state.cs == 0x23 ? 0x2b : 0));
    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    g[REG_CSGSFS] = state.cs | 0x002b000000000000UL;
    call(SYS_arch_prctl, ARCH_SET_GS, state.gs_base, 0);
    alarm_in(200000);
}

int main(void) {
    static uint8_t stack[1 << 18] __attribute__((aligned(64)));
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    int file = memfd_create("code", 0);
    int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGTRAP, SIGALRM, SIGUSR1, SIGSYS};
    if (ftruncate(file, CODE_SIZE) != 0)
        return 1;
    mmap((void *)CODE, CODE_SIZE, PROT_READ | PROT_EXEC, MAP_FIXED | MAP_SHARED, file, 0);
    writable_code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    mmap((void *)DATA, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(writable_code, 0xcc, CODE_SIZE);
    sigaltstack(&alternate, NULL);
    sigfillset(&action.sa_mask);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    raise(SIGUSR1);
    return 1;
}
