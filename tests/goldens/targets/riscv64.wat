;; Code for 64-bit RISC-V: addition; a helper's arguments and its result, of which only the low 8
;; bits count (32-bit arguments of C functions are sign-extended); a test before a division and its
;; cold block, whose end marker is not reached.
;;! target = "riscv64"
;;! show = "asm"

(module
  (memory 1)
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i64)
    (i64.load offset=8 (local.get 0)))
  (func (export "grow") (param i32) (result i32)
    (memory.grow (local.get 0)))
  (func (export "divide") (param i64 i64) (result i64)
    (i64.div_u (local.get 0) (local.get 1))))

;; function(0) "add"
;; block0:
;;   addw a0,a1,a2
;;   ret
;;
;; function(1) "load"
;; block0:
;;   ld a0,16(a0)
;;   ld a0,376(a0)
;;   slli a1,a1,32
;;   srli a1,a1,32
;;   add a0,a0,a1
;;   ld a0,8(a0)
;;   ret
;;
;; function(2) "grow"
;;   addi sp,sp,-16
;;   sd ra,8(sp)
;;   sd fp,0(sp)
;;   mv fp,sp
;;   addi sp,sp,-16
;;   sd s2,8(sp)
;; block0:
;;   ld a0,16(a0)
;;   lw s2,360(a0)
;;   lb a3,-4096(sp)
;;   lb a3,-8192(sp)
;;   lb a3,-12288(sp)
;;   lb a3,-16384(sp)
;;   slli a1,a1,32; srai a1,a1,32
;;   call aot_enlarge_memory
;;   li a3,-1
;;   andi a2,a0,255
;;   select a0,s2,a3##condition=(a2 ne zero)
;;   ld s2,8(sp)
;;   addi sp,sp,16
;;   ld ra,8(sp)
;;   ld fp,0(sp)
;;   addi sp,sp,16
;;   ret
;;
;; function(3) "divide"
;;   addi sp,sp,-16
;;   sd ra,8(sp)
;;   sd fp,0(sp)
;;   mv fp,sp
;; block0:
;;   bne a2,zero,taken(label2),not_taken(label1)
;; block2:
;;   trap_if int_divz##(a2 eq zero)
;;   divu a0,a1,a2
;;   ld ra,8(sp)
;;   ld fp,0(sp)
;;   addi sp,sp,16
;;   ret
;; block1:
;;   call trap_thunk(IntegerDivideByZero)
;;   udf##trap_code=user1
