;; Code for 64-bit Arm: addition; a helper's arguments and its result, of which only the low 8 bits
;; count; a test before a division and its cold block, whose end marker is not reached.
;;! target = "aarch64"
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
;;   add w0, w1, w2
;;   ret
;;
;; function(1) "load"
;; block0:
;;   ldr x6, [x0, #16]
;;   ldr x6, [x6, #376]
;;   add x6, x6, x1, UXTW
;;   ldr x0, [x6, #8]
;;   ret
;;
;; function(2) "grow"
;;   stp fp, lr, [sp, #-16]!
;;   mov fp, sp
;;   str x19, [sp, #-16]!
;; block0:
;;   ldr x0, [x0, #16]
;;   ldr w19, [x0, #360]
;;   mov x2, sp
;;   movn x15, #4095
;;   ldrb w3, [x2, x15]
;;   movn x15, #8191
;;   ldrb w3, [x2, x15]
;;   movn x15, #12287
;;   ldrb w3, [x2, x15]
;;   movn x15, #16383
;;   ldrb w2, [x2, x15]
;;   bl aot_enlarge_memory
;;   movn w1, #0
;;   ands wzr, w0, #255
;;   csel x0, x19, x1, ne
;;   ldr x19, [sp], #16
;;   ldp fp, lr, [sp], #16
;;   ret
;;
;; function(3) "divide"
;;   stp fp, lr, [sp, #-16]!
;;   mov fp, sp
;; block0:
;;   cbnz x2, label2 ; b label1
;; block2:
;;   cbz x2, #trap=int_divz
;;   udiv x0, x1, x2
;;   ldp fp, lr, [sp], #16
;;   ret
;; block1:
;;   bl trap_thunk(IntegerDivideByZero)
;;   udf #0xc11f
