;; The thunk of a trap: it touches the stack that the helper may need, passes the module instance and
;; the id, and returns only if the helper does.
;;! target = "riscv64"
;;! show = "asm"
;;! functions = ["trap_thunk(Unreachable)"]

(module (func (export "f") unreachable))

;; trap_thunk(Unreachable)
;;   addi sp,sp,-16
;;   sd ra,8(sp)
;;   sd fp,0(sp)
;;   mv fp,sp
;; block0:
;;   ld a0,16(a0)
;;   li a1,0
;;   lb a2,-4096(sp)
;;   lb a2,-8192(sp)
;;   lb a2,-12288(sp)
;;   lb a2,-16384(sp)
;;   slli a1,a1,32; srai a1,a1,32
;;   call aot_set_exception_with_id
;;   ld ra,8(sp)
;;   ld fp,0(sp)
;;   addi sp,sp,16
;;   ret
