// The guest's side of the tests of Kprobes: functions to probe, and what calls them. Writing a line to /proc/jkprobes_test runs one
// of the calls below; reading it gives what came out.

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

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
u32 jk_load(u32 address);

static ssize_t jk_write(struct file *file, const char __user *text, size_t length, loff_t *at)
{
	char line[32] = "";
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
	else if (sscanf(line, "load %u", &value) == 1)
		sprintf(result, "%d\n", (int)jk_load(value));
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
