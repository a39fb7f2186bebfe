// The function to debug. After the first module of the article "Kprobes - a Kernel Debugger", written anew for kernels of today:
// addresses are printed as they are by %px.

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

int hello_to_debug(void);

noinline int hello_to_debug(void)
{
	pr_warn("From the function - %s\n", __func__);
	return 0;
}
EXPORT_SYMBOL(hello_to_debug);

static int __init init_to_debug(void)
{
	pr_warn("Keeping the function to debug at the kernel address %px\n", hello_to_debug);
	return 0;
}

static void __exit exit_to_debug(void)
{
	pr_warn("first: module exiting\n");
}

module_init(init_to_debug);
module_exit(exit_to_debug);
MODULE_DESCRIPTION("A function to debug");
MODULE_LICENSE("Dual MIT/GPL");
