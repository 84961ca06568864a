;; The thunk of a trap: it touches the stack that the helper may need, passes the module instance
;; and the id, and returns only if the helper does.
;;! target = "aarch64"
;;! show = "asm"
;;! functions = ["trap_thunk(Unreachable)"]

(module (func (export "f") unreachable))

;; trap_thunk(Unreachable)
;;   stp fp, lr, [sp, #-16]!
;;   mov fp, sp
;; block0:
;;   ldr x0, [x0, #16]
;;   movz w1, #0
;;   mov x12, sp
;;   movn x11, #4095
;;   ldrb w13, [x12, x11]
;;   movn x11, #8191
;;   ldrb w13, [x12, x11]
;;   movn x11, #12287
;;   ldrb w13, [x12, x11]
;;   movn x11, #16383
;;   ldrb w13, [x12, x11]
;;   bl aot_set_exception_with_id
;;   ldp fp, lr, [sp], #16
;;   ret
