// The guest's side of the tests of Kprobes: functions to probe, and what calls them. Writing a line to /proc/jkprobes_test runs one
// of the calls below; reading it gives what came out.

#include <linux/kernel.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#ifdef CONFIG_X86
#include <asm/asm.h>
#endif

static char result[256];

// Each target ends with something of its own, so that no two become one.

noinline u32 jk_target(u32 value)
{
	barrier();
	return value / 3;
}

noinline u32 jk_target2(u32 value)
{
	barrier();
	return value / 3 + 1;
}

noinline u32 jk_recursion_target(u32 value)
{
	barrier();
	return value / 3 + 2;
}

noinline long jk_target8(long a, long b, long c, long d, long e, long f, long g, long h)
{
	barrier();
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

// Whether the caller of this function's caller is in the trace: the guest's own view of its stack.
static noinline bool traced(unsigned long caller)
{
	unsigned long entries[16];
	unsigned int i, count = stack_trace_save(entries, ARRAY_SIZE(entries), 0);

	for (i = 0; i < count; i++)
		if (entries[i] == caller)
			return true;
	return false;
}

noinline int jk_traced(void)
{
	int found = traced((unsigned long)__builtin_return_address(0));

	barrier();
	return found;
}

noinline int jk_traced_nested(void)
{
	int inner = jk_traced();
	int outer = traced((unsigned long)__builtin_return_address(0));

	barrier();
	return inner + 2 * outer;
}

#ifdef CONFIG_MIPS

// Branches by hand: with a nop in the delay slot, likely ones taken and not, a slot that works.
asm("	.text\n"
    "	.set push\n"
    "	.set noreorder\n"
    "	.globl jk_branches\n"
    "	.type jk_branches, @function\n"
    "jk_branches:\n"
    "	move	$v0, $zero\n"
    "	.globl jk_branch_nop\n"
    "jk_branch_nop:\n"
    "	beqz	$a0, 2f\n"
    "	nop\n"
    "	.globl jk_plain\n"
    "jk_plain:\n"
    "	addiu	$v0, $v0, 1\n"
    "	andi	$t0, $a0, 1\n"
    "	.globl jk_branch_likely\n"
    "jk_branch_likely:\n"
    "	bnezl	$t0, 1f\n"
    "	.globl jk_likely_slot\n"
    "jk_likely_slot:\n"
    "	addiu	$v0, $v0, 100\n"
    "1:	b	jk_branch_nop\n"
    "	.globl jk_slot\n"
    "jk_slot:\n"
    "	addiu	$a0, $a0, -1\n"
    "2:	jr	$ra\n"
    "	nop\n"
    "	.size jk_branches, . - jk_branches\n"
    "	.set pop\n");
u32 jk_branches(u32 rounds);

// A load that may fault: the kernel's exception table then answers with EFAULT. And a breakpoint that is nobody's.
asm("	.text\n"
    "	.set push\n"
    "	.set noreorder\n"
    "	.globl jk_load\n"
    "	.type jk_load, @function\n"
    "jk_load:\n"
    "	lw	$v0, 0($a0)\n"
    "1:	jr	$ra\n"
    "	nop\n"
    "2:	b	1b\n"
    "	li	$v0, -14\n"
    "	.size jk_load, . - jk_load\n"
    "	.section __ex_table, \"a\"\n"
    "	.word	jk_load, 2b\n"
    "	.previous\n"
    "	.globl jk_break\n"
    "	.type jk_break, @function\n"
    "jk_break:\n"
    "	break	0x3f\n"
    "	jr	$ra\n"
    "	addiu	$v0, $a0, 1\n"
    "	.size jk_break, . - jk_break\n"
    "	.set pop\n");
u32 jk_load(unsigned long address);

static u32 jk_special(u32 value)
{
	return value;
}

#else

#ifdef CONFIG_X86_64
#define AX "%rax"
#define CX "%rcx"
#define DX "%rdx"
#define SP "%rsp"
#define FIRST "%edi"
#define FIRST_ADDRESS "%rdi"
#define ADDRESS_OF_1 "	lea	1f(%rip), %rdx\n"
#define POINTER(name) #name "(%rip)"
#define WORD "8"
#define WORDS2 "16"
#define POINTER_DATA ".quad"
#define LRET "lretq"
#else
#define AX "%eax"
#define CX "%ecx"
#define DX "%edx"
#define SP "%esp"
#define FIRST "%eax"
#define FIRST_ADDRESS "%eax"
#define ADDRESS_OF_1 "	mov	$1f, %edx\n"
#define POINTER(name) #name
#define WORD "4"
#define WORDS2 "8"
#define POINTER_DATA ".long"
#define LRET "lret"
#endif

// Branches by hand: those that count, taken and not.
asm("	.text\n"
    "	.globl jk_branches\n"
    "	.type jk_branches, @function\n"
    "jk_branches:\n"
    "	mov	" FIRST ", %ecx\n"
    "	xor	%eax, %eax\n"
    "	.globl jk_branch_empty\n"
    "jk_branch_empty:\n"
    "	jecxz	2f\n"
    "	.globl jk_plain\n"
    "jk_plain:\n"
    "4:	inc	%eax\n"
    "	test	$1, %cl\n"
    "	.globl jk_branch\n"
    "jk_branch:\n"
    "	jz	1f\n"
    "	.globl jk_not_taken\n"
    "jk_not_taken:\n"
    "	add	$100, %eax\n"
    "	.globl jk_loop\n"
    "jk_loop:\n"
    "1:	loop	4b\n"
    "2:	" ASM_RET
    "	.size jk_branches, . - jk_branches\n");
u32 jk_branches(u32 rounds);

// What Linux's own kprobes refuse or get wrong: calls and jumps through memory, a return that releases arguments, a far return, a
// loop that ends at once, a repeated string instruction.
asm("	.data\n"
    "jk_pointer:	" POINTER_DATA " jk_releasing\n"
    "jk_pointer2:	" POINTER_DATA " jk_landing\n"
    "	.text\n"
    "	.globl jk_releasing\n"
    "	.type jk_releasing, @function\n"
    "jk_releasing:\n"
    "	add	" WORD "(" SP "), " AX "\n"
    "	.globl jk_release\n"
    "jk_release:\n"
    "	ret	$" WORDS2 "\n"
    "	.size jk_releasing, . - jk_releasing\n"
    "	.globl jk_special\n"
    "	.type jk_special, @function\n"
    "jk_special:\n"
    "	mov	" FIRST ", %eax\n"
    "	push	$1000\n"
    "	push	$100\n"
    "	.globl jk_call_memory\n"
    "jk_call_memory:\n"
    "	call	*" POINTER(jk_pointer) "\n"
    "	.globl jk_jump_memory\n"
    "jk_jump_memory:\n"
    "	jmp	*" POINTER(jk_pointer2) "\n"
    "	int3\n"
    "jk_landing:\n"
    "	add	$10000, %eax\n"
    "	mov	%cs, %ecx\n"
    "	push	" CX "\n"
    ADDRESS_OF_1
    "	push	" DX "\n"
    "	.globl jk_far\n"
    "jk_far:\n"
    "	" LRET "\n"
    "	int3\n"
    "1:	add	$100000, %eax\n"
    "	mov	$1, %ecx\n"
    "	.globl jk_last_round\n"
    "jk_last_round:\n"
    "	loop	2f\n"
    "	add	$1000000, %eax\n"
    "	.globl jk_flags\n"
    "2:\n"
    "jk_flags:\n"
    "	pushf\n"
    "	pop	" DX "\n"
    "	test	$0x100, %edx\n"
    "	jnz	3f\n"
    "	add	$10000000, %eax\n"
    "3:	" ASM_RET
    "	.size jk_special, . - jk_special\n");
u32 jk_special(u32 value);

static char jk_bytes[4096], jk_copied[4096];

// One instruction of 4096 iterations.
asm("	.text\n"
    "	.globl jk_copy\n"
    "	.type jk_copy, @function\n"
    "jk_copy:\n"
#ifdef CONFIG_X86_64
    "	mov	%edx, %ecx\n"
#else
    "	push	%esi\n"
    "	push	%edi\n"
    "	mov	%eax, %edi\n"
    "	mov	%edx, %esi\n"
#endif
    "	.globl jk_string\n"
    "jk_string:\n"
    "	rep movsb\n"
#ifndef CONFIG_X86_64
    "	pop	%edi\n"
    "	pop	%esi\n"
#endif
    "	" ASM_RET
    "	.size jk_copy, . - jk_copy\n");
void jk_copy(char *to, const char *from, unsigned long count);

// A load that may fault.
asm("	.text\n"
    "	.globl jk_load\n"
    "	.type jk_load, @function\n"
    "jk_load:\n"
    "	mov	(" FIRST_ADDRESS "), %eax\n"
    "1:	" ASM_RET
    "2:	mov	$-14, %eax\n"
    "	jmp	1b\n"
    _ASM_EXTABLE(jk_load, 2b)
    "	.size jk_load, . - jk_load\n");
u32 jk_load(unsigned long address);

#endif

static ssize_t jk_write(struct file *file, const char __user *text, size_t length, loff_t *at)
{
	char line[32] = "";
	unsigned long address;
	u32 value, i, sum = 0;

	if (copy_from_user(line, text, min(length, sizeof(line) - 1)))
		return -EFAULT;
	if (sscanf(line, "target %u", &value) == 1)
		sprintf(result, "%u\n", jk_target(value));
	else if (sscanf(line, "targets %u", &value) == 1)
		sprintf(result, "%u %u\n", jk_target(value), jk_target2(value));
	else if (sscanf(line, "many %u", &value) == 1) {
		for (i = 0; i < value; i++)
			sum += jk_target(i);
		sprintf(result, "%u\n", sum);
	} else if (sscanf(line, "eight %u", &value) == 1)
		sprintf(result, "%ld\n", jk_target8(value, 2, 3, 4, 5, 6, 7, -8));
	else if (sscanf(line, "branches %u", &value) == 1)
		sprintf(result, "%u\n", jk_branches(value));
	else if (sscanf(line, "special %u", &value) == 1)
		sprintf(result, "%u\n", jk_special(value));
#ifdef CONFIG_X86
	else if (sscanf(line, "copy %u", &value) == 1) {
		memset(jk_bytes, value, sizeof(jk_bytes));
		jk_copy(jk_copied, jk_bytes, sizeof(jk_bytes));
		for (i = 0; i < sizeof(jk_copied); i++)
			sum += jk_copied[i];
		sprintf(result, "%u\n", sum);
	}
#endif
	else if (sscanf(line, "load %lu", &address) == 1)
		sprintf(result, "%d\n", (int)jk_load(address));
	else if (!strncmp(line, "traced", 6))
		sprintf(result, "%d %d\n", jk_traced(), jk_traced_nested());
	else
		return -EINVAL;
	return length;
}

static ssize_t jk_read(struct file *file, char __user *into, size_t length, loff_t *at)
{
	return simple_read_from_buffer(into, length, at, result, strlen(result));
}

static const struct proc_ops operations = {
	.proc_write = jk_write,
	.proc_read = jk_read,
};

static int __init jk_init(void)
{
	jk_recursion_target(0);
	return proc_create("jkprobes_test", 0600, NULL, &operations) ? 0 : -ENOMEM;
}

static void __exit jk_exit(void)
{
	remove_proc_entry("jkprobes_test", NULL);
}

module_init(jk_init);
module_exit(jk_exit);
MODULE_LICENSE("Dual MIT/GPL");
