// Linux's own kprobe, with a handler that does nothing, at place bytes behind the start of __fdget.

#include <linux/kprobes.h>
#include <linux/module.h>

static unsigned int place;
module_param(place, uint, 0444);

static int before(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "__fdget",
	.pre_handler = before,
};

static int __init kprobed_init(void)
{
	probe.offset = place;
	return register_kprobe(&probe);
}

static void __exit kprobed_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(kprobed_init);
module_exit(kprobed_exit);
MODULE_DESCRIPTION("A kprobe to measure");
MODULE_LICENSE("GPL");
