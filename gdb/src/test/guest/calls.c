/* Calls a function for ever, for a MIPS without an operating system. */
volatile unsigned word __attribute__((section(".word"))) = 0x01020304;

__attribute__((noinline, section(".called"))) unsigned long called(unsigned long a, unsigned long b)
{
	word += 1;
	return b - a + (word & 1) - (word & 1);
}

__attribute__((noreturn, used)) void forever(void)
{
	for (unsigned long i = 1;; i++)
		called(i, 0x01020304);
}

/* Where a kernel begins: a stack, and a task that is known by its gp. */
asm(".section .start,\"ax\"\n"
    ".globl _start\n"
    "_start:\n"
    "	lui	$29, 0x8020\n"
    "	lui	$28, 0x8030\n"
    "	j	forever\n"
    "	nop\n");
