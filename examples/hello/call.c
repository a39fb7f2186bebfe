// Calls the function to debug, once, when it is loaded.

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

extern int hello_to_debug(void);

static int __init init_to_call(void)
{
	pr_warn("Calling the function\n");
	return hello_to_debug();
}

static void __exit exit_to_call(void)
{
	pr_warn("call: module exiting\n");
}

module_init(init_to_call);
module_exit(exit_to_call);
MODULE_DESCRIPTION("Calls the function to debug");
MODULE_LICENSE("Dual MIT/GPL");
