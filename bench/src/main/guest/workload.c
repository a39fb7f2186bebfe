// What the guest runs while its machine is measured: workload NAME COUNT. The lines MARK:NAME:BEGIN and MARK:NAME:END on the
// console are where the host looks at its clocks. The value behind END keeps the compiler from leaving work out, and must be the
// same on every machine.
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The smallest loop there is: count and branch.
static uint32_t tight(uint32_t count) {
    uint32_t i;
    for (i = 0; i < count; i++) {
        __asm__ volatile("" ::: "memory");
    }
    return i;
}

// Integer operations that wait for each other (Marsaglia's xorshift).
static uint32_t iloop(uint32_t count) {
    uint32_t x = 2463534242u;
    while (count--) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return x;
}

// Byte stores over 4 MB: more pages than the guest's TLB holds.
static uint32_t sieve(uint32_t count) {
    enum { LIMIT = 4000000 };
    char *composite = malloc(LIMIT + 1);
    uint32_t primes = 0;
    if (!composite) {
        abort();
    }
    while (count--) {
        memset(composite, 0, LIMIT + 1);
        for (uint32_t n = 2; n <= LIMIT; n++) {
            if (!composite[n]) {
                primes++;
                for (uint32_t multiple = 2 * n; multiple <= LIMIT; multiple += n) {
                    composite[multiple] = 1;
                }
            }
        }
    }
    free(composite);
    return primes;
}

// core: what embedded programs do, in one round: walk a list, multiply matrices, run a state machine over text, and put it all
// into a checksum bit by bit.
enum { NODES = 40, SIDE = 8 };

struct node {
    struct node *next;
    uint16_t value;
};

static uint16_t checksum(uint16_t crc, uint16_t value) {
    for (int bit = 0; bit < 16; bit++) {
        int carry = (crc ^ value) & 1;
        crc >>= 1;
        value >>= 1;
        if (carry) {
            crc ^= 0xa001;
        }
    }
    return crc;
}

static struct node *reversed(struct node *list) {
    struct node *before = NULL;
    while (list) {
        struct node *next = list->next;
        list->next = before;
        before = list;
        list = next;
    }
    return before;
}

// How many comma-separated fields of a text are numbers.
static uint32_t numbers(const char *text) {
    enum { START, SIGN, DIGITS, FRACTION, EXPONENT, OTHER } state = START;
    uint32_t found = 0;
    for (;; text++) {
        char c = *text;
        if (c == ',' || c == 0) {
            found += state == DIGITS || state == FRACTION || state == EXPONENT;
            state = START;
            if (c == 0) {
                return found;
            }
            continue;
        }
        int digit = c >= '0' && c <= '9';
        switch (state) {
            case START:
                state = digit ? DIGITS : c == '+' || c == '-' ? SIGN : c == '.' ? FRACTION : OTHER;
                break;
            case SIGN:
                state = digit ? DIGITS : c == '.' ? FRACTION : OTHER;
                break;
            case DIGITS:
                state = digit ? DIGITS : c == '.' ? FRACTION : c == 'e' ? EXPONENT : OTHER;
                break;
            case FRACTION:
                state = digit ? FRACTION : c == 'e' ? EXPONENT : OTHER;
                break;
            case EXPONENT:
                state = digit || c == '-' || c == '+' ? EXPONENT : OTHER;
                break;
            default:
                break;
        }
    }
}

static uint32_t core(uint32_t count) {
    static struct node nodes[NODES];
    static int16_t left[SIDE][SIDE], right[SIDE][SIDE];
    static const char text[] =
        "3141,-59,+265.35,.8979,3.2e+3,84x,-626,4.33e-8,3279,e50,-.288,41.9.7,+169,39937,-5.1e058,2097,49.44,5923,zero,78";
    struct node *list = nodes;
    uint16_t crc = 0;
    for (int i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
        nodes[i].value = i * 41;
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        left[i / SIDE][i % SIDE] = i * 7;
        right[i / SIDE][i % SIDE] = i ^ 21;
    }
    while (count--) {
        list = reversed(list);
        for (struct node *node = list; node; node = node->next) {
            crc = checksum(crc, node->value);
        }
        for (int row = 0; row < SIDE; row++) {
            for (int column = 0; column < SIDE; column++) {
                int32_t sum = 0;
                for (int k = 0; k < SIDE; k++) {
                    sum += left[row][k] * right[k][column];
                }
                crc = checksum(crc, sum);
            }
        }
        crc += numbers(text);
    }
    return crc;
}

// The shortest way into the kernel and back.
/* Each has the kernel look for 1000 files that are not open. */
static uint32_t polls(uint32_t count) {
    static struct pollfd list[1000];
    uint32_t sum = 0;
    for (int i = 0; i < 1000; i++) {
        list[i].fd = 500;
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += poll(list, 1000, 0);
    }
    return sum;
}

static uint32_t getppid_calls(uint32_t count) {
    uint32_t sum = 0;
    while (count--) {
        sum += syscall(SYS_getppid) > 0;
    }
    return sum;
}

// Page tables, scheduler, exceptions: a child made, ended and waited for.
static uint32_t forks(uint32_t count) {
    uint32_t ended = 0;
    while (count--) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            _exit(0);
        }
        ended += child > 0 && waitpid(child, &status, 0) == child;
    }
    return ended;
}

static const struct {
    const char *name;
    uint32_t (*run)(uint32_t count);
} workloads[] = {{"core", core},   {"tight", tight},           {"iloop", iloop},
                 {"sieve", sieve}, {"getppid", getppid_calls}, {"poll", polls}, {"unprobed", polls}, {"probed", polls}, {"fork", forks}};

int main(int argc, char **argv) {
    for (size_t i = 0; argc == 3 && i < sizeof workloads / sizeof *workloads; i++) {
        if (!strcmp(argv[1], workloads[i].name)) {
            printf("MARK:%s:BEGIN\n", argv[1]);
            fflush(stdout);
            uint32_t value = workloads[i].run(strtoul(argv[2], NULL, 10));
            printf("MARK:%s:END value=%u\n", argv[1], value);
            return 0;
        }
    }
    fprintf(stderr, "usage: workload NAME COUNT\n");
    return 2;
}
