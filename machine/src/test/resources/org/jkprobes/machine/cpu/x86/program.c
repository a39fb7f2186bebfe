/* Computes, copies, faults, forks; prints what came of it. With a C library. */
#define _GNU_SOURCE
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t seed = 12345;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static double real(void)
{
    return (double)(int64_t)next() / 9.3e15;
}

static void floats(void)
{
    double (*functions[])(double) = {sin, cos, tan, exp, log, sqrt, atan, cbrt, floor, ceil, rint, sinh, erf, tgamma};
    for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) {
        double sum = 0;
        for (int k = 0; k < 50; k++) {
            double x = functions[i](fabs(real()) / 50);
            if (x == x && fabs(x) < 1e30)
                sum += x;
        }
        printf("function %u: %a %.15g\n", i, sum, sum);
    }
    float single = 1;
    long double longer = 1;
    for (int k = 1; k < 200; k++) {
        single = single * 1.01f + (float)real() / k;
        longer = longer * 0.99L + (long double)real() / k - sqrtl(k);
    }
    printf("float %a long double %La\n", single, longer);
    printf("%d %ld %lld %d\n", (int)-2.7, (long)1e17, (long long)-1e18L, (int)2.5f);
    for (int mode = 0; mode < 4; mode++) {
        static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
        volatile double one = 1, three = 3;
        volatile long double seven = 7;
        fesetround(modes[mode]);
        printf("rounding %d: %a %a %La %ld\n", mode, one / three, -one / three, seven / three, lrint(2.5));
    }
    fesetround(FE_TONEAREST);
    feclearexcept(FE_ALL_EXCEPT);
    volatile double zero = 0, huge = 1e308, r = 1 / zero;
    r += huge * 10;
    printf("%f %d %g %g\n", r, fetestexcept(FE_ALL_EXCEPT), strtod("1.7976931348623157e308", 0), strtod("4.9e-324", 0));
}

static int order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void integers(void)
{
    uint32_t table[2000];
    unsigned __int128 product = 1;
    uint64_t digest = 0;
    for (int i = 0; i < 2000; i++)
        table[i] = next();
    qsort(table, 2000, sizeof *table, order);
    for (int i = 0; i < 2000; i++) {
        digest = (digest << 5 | digest >> 59) ^ table[i];
        product = product * (next() | 1) + table[i];
        digest += (uint64_t)(product >> 64) / (table[i] | 1) + (int64_t)digest % 1000003;
        digest ^= __builtin_bswap64(digest) + __builtin_clzll(digest | 1) + __builtin_ctz(table[i] | 1 << 20);
    }
    printf("integers %016llx\n", (unsigned long long)digest);
}

static void strings(void)
{
    static char from[70000], to[70000];
    uint64_t digest = 0;
    for (int i = 0; i < 65000; i++)
        from[i] = 'a' + next() % 26;
    for (int i = 0; i < 500; i++) {
        int length = next() % 3000, at = next() % 1000, there = next() % 1000;
        memcpy(to + there, from + at, length);
        memmove(to + at, to + there, length);
        memset(to + at + 3000, i, length / 4);
        digest = digest * 31 + strlen(from + at) + (strchr(from + at, 'q') - from) + (memcmp(from + at, to + there, length) > 0);
        digest = digest * 31 + (strcmp(from + at, from + there) > 0) + (unsigned char)to[next() % 4000];
        digest += (size_t)((char *)memchr(from + at, 'z', 5000) - from) + strspn(from + at, "abcdefghijklmnop");
    }
    printf("strings %016llx\n", (unsigned long long)digest);
}

static sigjmp_buf back;
static volatile long faults;

static void caught(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("signal %d code %d at %lx\n", number, info->si_code, number == SIGSEGV ? (long)info->si_addr & 0xfff : 0);
    faults++;
    siglongjmp(back, 1);
}

static void signals(void)
{
    struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGFPE, &action, 0);
    sigaction(SIGILL, &action, 0);
    sigaction(SIGTRAP, &action, 0);
    char *page = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile int zero = 0;
    if (!sigsetjmp(back, 1))
        page[123] = 1;
    if (!sigsetjmp(back, 1))
        zero = 5 / zero;
    if (!sigsetjmp(back, 1))
        __asm__ volatile("ud2");
    if (!sigsetjmp(back, 1))
        __asm__ volatile("int3");
    if (!sigsetjmp(back, 1))
        __asm__ volatile("pushfq; orl $0x100,(%rsp); popfq; nop; nop");
    if (!sigsetjmp(back, 1)) {
        feenableexcept(FE_DIVBYZERO);
        volatile double none = 0;
        none = 1 / none;
    }
    fedisableexcept(FE_ALL_EXCEPT);
    if (!sigsetjmp(back, 1))
        *(volatile long *)0x8000000000000000 = 1;
    printf("faults %ld\n", faults);
}

static void processes(void)
{
    int pipes[2], status;
    char text[100];
    if (pipe(pipes))
        return;
    fflush(stdout);
    for (int i = 0; i < 3; i++) {
        if (!fork()) {
            double x = i;
            for (int k = 0; k < 100000; k++)
                x = x * 0.5 + sqrt(k);
            int length = sprintf(text, "child %d %a;", i, x);
            _exit(write(pipes[1], text, length) != length || i);
        }
        wait(&status);
        long length = read(pipes[0], text, sizeof text);
        printf("%.*s status %x\n", (int)length, text, status);
    }
}

int main(void)
{
    setbuf(stdout, 0);
    integers();
    floats();
    strings();
    signals();
    processes();
    puts("the end");
    return 0;
}
