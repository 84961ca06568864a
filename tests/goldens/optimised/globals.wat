;;! show = "clif"

;; An immutable global whose value is known at compile time is a constant. The value of an imported
;; one is loaded once, where it is first needed.

(module
  (import "env" "g" (global $imported i32))
  (global $constant i32 (i32.const 5))
  (global $sum f64 (f64.const 0.5))
  (global $copy i32 (global.get $imported))
  (func (export "f") (result i32)
    (i32.add (global.get $constant) (i32.add (global.get $imported) (global.get $copy))))
  (func (export "g") (result f64)
    (f64.add (global.get $sum) (global.get $sum))))

;; function(0) "f"
;; function u0:0(i64) -> i32 system_v {
;; block0(v0: i64):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = iconst.i32 5
;;     v4 = load.i32 notrap readonly can_move v3+464
;;     v5 = load.i32 notrap readonly can_move v3+480
;;     v6 = iadd v4, v5
;;     v7 = iadd v2, v6  ; v2 = 5
;;     return v7
;; }
;;
;; function(1) "g"
;; function u0:1(i64) -> f64 system_v {
;; block0(v0: i64):
;;     v2 = f64const 0x1.0000000000000p-1
;;     v3 = f64const 0x1.0000000000000p-1
;;     v4 = fadd v2, v3  ; v2 = 0x1.0000000000000p-1, v3 = 0x1.0000000000000p-1
;;     return v4
;; }
