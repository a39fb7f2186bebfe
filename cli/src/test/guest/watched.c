/* Accesses to data at addresses of their own, each a known number of times and in a known order. Without a C library. */
#define AT(name) volatile long name __attribute__((section("." #name))) = 0

AT(stored);
AT(loaded);
AT(both);

static long call(long number, long a, long b, long c, long d)
{
	long result;
	register long r10 asm("r10") = d;

	asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
	return result;
}

__attribute__((noinline, section(".mark"))) void mark(long i)
{
	asm volatile("nop" : : "D"(i));
}

void _start(void)
{
	long sum = 0;

	for (long i = 1; i <= TIMES; i++) {
		mark(i);
		stored = i;
		loaded = -i;
		sum += loaded;
		both = 3 * i;
		sum += both;
	}
	if (sum == TIMES * (TIMES + 1))
		call(1, 1, (long)"done\n", 5, 0);		/* write */
	call(169, 0xfee1dead, 672274793, 0x4321fedc, 0);	/* reboot: power off */
}
