;; On RISC-V, the upper half of a register with an f32 must be all ones, otherwise the value counts
;; as NaN. WAMR passes arguments with zeros there. Therefore every function that WAMR can call moves
;; its f32 parameters out of their registers and back, which sets the upper halves, before it uses
;; them. Calls inside the module pass proper values, as do parameters on the stack; there the moves
;; are unnecessary but harmless.
;;! opt-level = 2
;;! target = "riscv64"
;;! show = "asm"

(module
  (func $first (export "first") (param f32 f64 f32) (result f32)
    (f32.add (local.get 0) (local.get 2)))
  (func (export "calls") (param f64) (result f32)
    (call $first (f32.const 1) (local.get 0) (f32.const 2)))
  (func (export "ninth") (param f32 f32 f32 f32 f32 f32 f32 f32 f32) (result f32)
    (local.get 8)))

;; function(0) "first"
;; block0:
;;   fmv.x.w a0,fa0
;;   fmv.w.x fa0,a0
;;   fmv.x.w a0,fa2
;;   fmv.w.x fa1,a0
;;   fadd.s fa0,fa0,fa1,rne
;;   ret
;;
;; function(1) "calls"
;;   addi sp,sp,-16
;;   sd ra,8(sp)
;;   sd fp,0(sp)
;;   mv fp,sp
;; block0:
;;   fmv.d fa1,fa0
;;   lui a1,260096
;;   fmv.w.x fa0,a1
;;   lui a1,262144
;;   fmv.w.x fa2,a1
;;   call function(0)
;;   ld ra,8(sp)
;;   ld fp,0(sp)
;;   addi sp,sp,16
;;   ret
;;
;; function(2) "ninth"
;;   addi sp,sp,-16
;;   sd ra,8(sp)
;;   sd fp,0(sp)
;;   mv fp,sp
;; block0:
;;   flw fa0,-16(incoming_arg)
;;   fmv.x.w a0,fa0
;;   fmv.w.x fa0,a0
;;   ld ra,8(sp)
;;   ld fp,0(sp)
;;   addi sp,sp,16
;;   ret
