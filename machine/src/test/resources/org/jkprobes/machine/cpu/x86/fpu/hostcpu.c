/* Executes single instructions on the host CPU. Reads cases from standard input, writes results to standard output; the argument is
   the number of bytes of the memory operand, which lies at OPERAND and is addressed by RDI. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE 0x10000000UL
#define OPERAND 0x20000000UL

struct state {
    uint8_t code[16]; /* in: the last byte is the length; out: signal, si_code */
    uint32_t mxcsr;
    uint16_t fcw, fsw;
    uint8_t ftw, pad[3];
    uint32_t fop;
    uint64_t fip, fdp;
    uint8_t st[8][16];
    uint8_t xmm[4][16];
    uint64_t rax, rcx, rdx, flags;
};

struct fx {
    uint16_t fcw, fsw;
    uint8_t ftw, pad;
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mask;
    uint8_t st[8][16];
    uint8_t xmm[16][16];
    uint8_t rest[96];
} __attribute__((aligned(64)));

struct fx in_fx, out_fx;
uint64_t r_rax, r_rcx, r_rdx, r_flags, r_rsp;
static int r_signal, r_si;
extern char back[], resume[];
void run(void);

__asm__(".text\n.globl run, back, resume\nrun:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rsp, r_rsp(%rip)\n"
        "fxrstor64 in_fx(%rip)\n"
        "mov r_rcx(%rip), %rcx\n"
        "mov r_rdx(%rip), %rdx\n"
        "mov $0x20000000, %rdi\n"
        "push r_flags(%rip)\npopfq\n"
        "mov r_rax(%rip), %rax\n"
        "jmp *codep(%rip)\n"
        "back:\n"
        "mov %rax, r_rax(%rip)\n"
        "pushfq\npop r_flags(%rip)\n"
        "mov %rcx, r_rcx(%rip)\n"
        "mov %rdx, r_rdx(%rip)\n"
        "fxsave64 out_fx(%rip)\n"
        "resume:\n"
        "mov r_rsp(%rip), %rsp\n"
        "fninit\nldmxcsr plain(%rip)\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "ret\n"
        ".data\ncodep: .quad 0x10000000\nplain: .long 0x1f80\n.text\n");

static void on_signal(int sig, siginfo_t *info, void *context) {
    ucontext_t *uc = context;
    struct fx *fx = (struct fx *)uc->uc_mcontext.fpregs;
    r_signal = sig;
    r_si = info->si_code;
    memcpy(&out_fx, fx, 512);
    r_rax = uc->uc_mcontext.gregs[REG_RAX];
    r_rcx = uc->uc_mcontext.gregs[REG_RCX];
    r_rdx = uc->uc_mcontext.gregs[REG_RDX];
    r_flags = uc->uc_mcontext.gregs[REG_EFL];
    fx->fsw = 0;
    fx->fcw = 0x37f;
    fx->mxcsr = 0x1f80;
    uc->uc_mcontext.gregs[REG_RIP] = (uint64_t)resume;
}

int main(int argc, char **argv) {
    size_t size = argc > 1 ? atoi(argv[1]) : 16;
    uint8_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *mem = mmap((void *)OPERAND, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static uint8_t stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct state s;
    sigaltstack(&alternate, NULL);
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    setvbuf(stdin, NULL, _IOFBF, 1 << 20);
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    __asm__ volatile("fxsave64 %0" : "=m"(in_fx));
    memset(in_fx.xmm, 0, sizeof in_fx.xmm);
    while (fread(&s, sizeof s, 1, stdin) == 1 && fread(mem, size, 1, stdin) == 1) {
        int length = s.code[15];
        uint8_t text[32] = {0};
        char *after = back;
        memcpy(text, s.code, length);
        memcpy(text + length, "\xff\x25\0\0\0\0", 6); /* jmp *0(%rip) */
        memcpy(text + length + 6, &after, 8);
        if (memcmp(text, code, length + 14) != 0) memcpy(code, text, length + 14);
        in_fx.fcw = s.fcw;
        in_fx.fsw = s.fsw;
        in_fx.ftw = s.ftw;
        in_fx.fop = s.fop;
        in_fx.fip = s.fip;
        in_fx.fdp = s.fdp;
        in_fx.mxcsr = s.mxcsr;
        memcpy(in_fx.st, s.st, 128);
        memcpy(in_fx.xmm, s.xmm, 64);
        r_rax = s.rax;
        r_rcx = s.rcx;
        r_rdx = s.rdx;
        r_flags = s.flags;
        r_signal = r_si = 0;
        run();
        s.code[0] = r_signal;
        s.code[1] = r_si;
        s.fcw = out_fx.fcw;
        s.fsw = out_fx.fsw;
        s.ftw = out_fx.ftw;
        s.fop = out_fx.fop;
        s.fip = out_fx.fip;
        s.fdp = out_fx.fdp;
        s.mxcsr = out_fx.mxcsr;
        memcpy(s.st, out_fx.st, 128);
        memcpy(s.xmm, out_fx.xmm, 64);
        s.rax = r_rax;
        s.rcx = r_rcx;
        s.rdx = r_rdx;
        s.flags = r_flags;
        fwrite(&s, sizeof s, 1, stdout);
        fwrite(mem, size, 1, stdout);
    }
    return 0;
}
