/*
 * Runs the cases of SystemProgram one after another, in long mode if LONG is defined, else in 32-bit protected mode. The addresses are
 * SystemProgram's. A case ends with an exception or an interrupt of any kind: each leads to a stub, and all stubs to the next case, which
 * begins by putting everything back that a case may have changed.
 */
#ifdef LONG
        .code64
#define A(low) r##low
#define PTR .quad
#else
        .code32
#define A(low) e##low
#define PTR .long
#endif

        .globl _start
_start:
        jmp     begin
        .org 0x10
done:   jmp     done
        .org 0x20
next:
        /* No NT, no TF, no AC; flat segments, whatever they were. */
        mov     $KERNEL_DS, %eax
        mov     %eax, %ss
        mov     $KERNEL_STACK, %esp
        push    $2
#ifdef LONG
        popfq
#else
        popf
#endif
        mov     %eax, %ds
        mov     %eax, %es
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        mov     %A(ax), %dr7
        mov     %A(ax), %dr0
        mov     %A(ax), %dr1
        mov     %A(ax), %dr2
        mov     %A(ax), %dr3
        mov     $0xffff0ff0, %eax
        mov     %A(ax), %dr6
        mov     $CR4, %eax
        mov     %A(ax), %cr4
        mov     $ROOT, %eax
        mov     %A(ax), %cr3
        mov     $CR0, %eax
        mov     %A(ax), %cr0
        /* By which SystemRun tells on which case either CPU is. */
        mov     CASE, %eax
        mov     %A(ax), %cr2
        xor     %eax, %eax
#ifdef LONG
        mov     %rax, %cr8
#endif
        lgdt    gdtr
        lidt    idtr
        cld
        andb    $~2, TSS_ATTRIBUTES
        andb    $~2, OTHER_TSS_ATTRIBUTES
        andb    $~2, DF_TSS_ATTRIBUTES
        mov     CASE, %ebx
        cmpl    $0, R_FRESH_TABLES(%A(bx))
        je      3f
        mov     $TABLES_KEPT, %esi
        mov     $TABLES, %edi
        mov     $TABLES_SIZE / 4, %ecx
        rep movsl
3:
#ifdef LONG
        pushq   $KERNEL_CS
        pushq   $1f
        lretq
#else
        ljmp    $KERNEL_CS, $1f
#endif
1:      mov     $LDT_SELECTOR, %eax
        lldt    %ax
        mov     $TSS_SELECTOR, %eax
        ltr     %ax
        mov     $msrs, %esi
2:      mov     (%A(si)), %ecx
        mov     4(%A(si)), %eax
        mov     8(%A(si)), %edx
        wrmsr
        add     $12, %esi
        cmp     $msrs_end, %esi
        jne     2b
        fxrstor FLOATS

        /* The case. */
        mov     CASE, %ebx
        cmpl    $0, R_VALID(%A(bx))
        je      done
        mov     %ebx, %esi
        add     $OPERAND_OFFSET, %esi
        mov     $OPERAND, %edi
        mov     $12, %ecx
        rep movsl
        mov     $PATTERN, %esi
        mov     $24, %ecx
        rep movsl
        /* What earlier cases have pushed. */
        mov     $STACK, %edi
        mov     $48, %ecx
        xor     %eax, %eax
        rep stosl
        mov     R_CODE16(%A(bx)), %eax
        mov     %eax, TABLES + CODE16_K
        mov     R_CODE16+4(%A(bx)), %eax
        mov     %eax, TABLES + CODE16_K + 4
        or      $0x6000, %eax
        mov     %eax, TABLES + CODE16_U + 4
        mov     R_CODE16(%A(bx)), %eax
        mov     %eax, TABLES + CODE16_U
#ifdef LONG
        mov     R_DS(%rbx), %ds
        mov     R_ES(%rbx), %es
        mov     R_FS(%rbx), %fs
        mov     R_GS(%rbx), %gs
        pushq   R_SS(%rbx)
        pushq   R_GPR+8*4(%rbx)
        pushq   R_FLAGS(%rbx)
        pushq   R_CS(%rbx)
        pushq   R_RIP(%rbx)
        mov     R_CR0(%rbx), %rax
        mov     %rax, %cr0
        mov     R_CR4(%rbx), %rax
        mov     %rax, %cr4
        mov     R_GPR+8*0(%rbx), %rax
        mov     R_GPR+8*1(%rbx), %rcx
        mov     R_GPR+8*2(%rbx), %rdx
        mov     R_GPR+8*5(%rbx), %rbp
        mov     R_GPR+8*6(%rbx), %rsi
        mov     R_GPR+8*7(%rbx), %rdi
        mov     R_GPR+8*8(%rbx), %r8
        mov     R_GPR+8*9(%rbx), %r9
        mov     R_GPR+8*10(%rbx), %r10
        mov     R_GPR+8*11(%rbx), %r11
        mov     R_GPR+8*12(%rbx), %r12
        mov     R_GPR+8*13(%rbx), %r13
        mov     R_GPR+8*14(%rbx), %r14
        mov     R_GPR+8*15(%rbx), %r15
        mov     R_GPR+8*3(%rbx), %rbx
        jmp     launch
#else
        testl   $0x20000, R_FLAGS(%ebx)
        jnz     3f
        testl   $3, R_CS(%ebx)
        jnz     4f
        mov     R_SS(%ebx), %ss
        mov     R_GPR+8*4(%ebx), %esp
        jmp     5f
3:      pushl   R_GS(%ebx)
        pushl   R_FS(%ebx)
        pushl   R_DS(%ebx)
        pushl   R_ES(%ebx)
4:      pushl   R_SS(%ebx)
        pushl   R_GPR+8*4(%ebx)
5:      pushl   R_FLAGS(%ebx)
        pushl   R_CS(%ebx)
        pushl   R_RIP(%ebx)
        mov     R_CR4(%ebx), %eax
        mov     %eax, %cr4
        mov     R_CR0(%ebx), %eax
        mov     %eax, %cr0
        testl   $0x20000, R_FLAGS(%ebx)
        jnz     6f
        pushl   R_DS(%ebx)
        pushl   R_ES(%ebx)
        pushl   R_FS(%ebx)
        pushl   R_GS(%ebx)
        jmp     7f
6:      pushl   $0
        pushl   $0
        pushl   $0
        pushl   $0
7:      mov     R_GPR+8*0(%ebx), %eax
        mov     R_GPR+8*1(%ebx), %ecx
        mov     R_GPR+8*2(%ebx), %edx
        mov     R_GPR+8*5(%ebx), %ebp
        mov     R_GPR+8*6(%ebx), %esi
        mov     R_GPR+8*7(%ebx), %edi
        mov     R_GPR+8*3(%ebx), %ebx
        popl    %gs
        popl    %fs
        popl    %es
        popl    %ds
        jmp     launch
#endif

common:
        /* A case may have set breakpoints on data, or SMAP. */
        xor     %eax, %eax
        mov     %A(ax), %dr7
        mov     $CR4, %eax
        mov     %A(ax), %cr4
#ifndef LONG
        /* The stack may be one of 16 bits. */
        mov     %ss, %eax
        cmp     $KERNEL_DS, %eax
        je      1f
        movzwl  %sp, %esp
        lea     DATA(%esp), %esp
1:      mov     $KERNEL_DS, %eax
        mov     %eax, %ss
        mov     %eax, %ds
#endif
        /* What has been pushed, and the memory it may have written to, to be compared. */
        pop     %A(ax)
        cmp     $32, %eax
        jae     2f
        /* The vectors with error codes. */
        mov     $0x00027d00, %ecx
        bt      %eax, %ecx
        jnc     2f
        pop     %A(bp)
2:      mov     0(%A(sp)), %A(bx)
        mov     SIZE(%A(sp)), %A(cx)
        /* RF may be the difference: QEMU pushes none. */
        andb    $~1, 2*SIZE+2(%A(sp))
        mov     2*SIZE(%A(sp)), %A(dx)
#ifndef LONG
        test    $0x20000, %edx
        jz      3f
        mov     5*SIZE(%esp), %esi
        mov     6*SIZE(%esp), %edi
        mov     7*SIZE(%esp), %esi
        mov     8*SIZE(%esp), %edi
        jmp     4f
3:      testb   $3, %cl
        jz      5f
4:
#endif
        mov     3*SIZE(%A(sp)), %A(si)
        mov     4*SIZE(%A(sp)), %A(di)
5:
        .set    at, 0
        .rept   18
        mov     OPERAND + at, %A(ax)
        mov     OPERAND + at + SIZE, %A(bx)
        .set    at, at + 2 * SIZE
        .endr
        mov     TABLES + TSS2_OFFSET + 8 * SIZE, %A(cx)
        mov     $0, %ecx
        sgdt    SCRATCH
        str     %ecx
        sldt    %edx
        mov     CASE, %ebx
        add     $RECORD_SIZE, %ebx
        mov     %ebx, CASE
        jmp     next

begin:
        mov     $KERNEL_STACK, %esp
        /* Both interrupt controllers: vectors 0x20 and 0x28, all masked. */
        mov     $0x11, %al
        out     %al, $0x20
        out     %al, $0xa0
        mov     $0x20, %al
        out     %al, $0x21
        mov     $0x28, %al
        out     %al, $0xa1
        mov     $4, %al
        out     %al, $0x21
        mov     $2, %al
        out     %al, $0xa1
        mov     $1, %al
        out     %al, $0x21
        out     %al, $0xa1
        mov     $0xff, %al
        out     %al, $0x21
        out     %al, $0xa1
        lgdt    gdtr
        jmp     next

        .balign 8
gdtr:   .word   GDT_LIMIT
        PTR     TABLES
        .balign 8
idtr:   .word   IDT_LIMIT
        PTR     IDT
        .balign 8
msrs:
        .long   0xc0000080, EFER, 0
        .long   0xc0000081, GATE_LAND, STAR_HIGH
        .long   0xc0000082, GATE_LAND, 0
        .long   0xc0000083, GATE_LAND, 0
        .long   0xc0000084, 0x4700, 0
        .long   0x174, KERNEL_CS, 0
        .long   0x175, KERNEL_STACK, 0
        .long   0x176, GATE_LAND, 0
        .long   0xc0000100, DATA, 0
        .long   0xc0000101, DATA + 0x10, 0
        .long   0xc0000102, DATA + 0x20, 0
        .long   0x277, 0x00070406, 0x00070406
msrs_end:

        .org 0xe00
launch:
#ifdef LONG
        iretq
#else
        iretl
#endif
        .org 0xf00
gate_land:
        nop
        int3

        .org 0x1000
        .set    vector, 0
        .rept   256
        .balign 16
        nop
        push    $vector
        jmp     common
        .set    vector, vector + 1
        .endr
