;; Globals are in the instance after the one memory that every file has (at 464), imports first,
;; packed without alignment: i32 at 464, i64 at 468, f64 at 476.
;;! show = "clif"

(module
  (import "env" "g" (global $g i32))
  (global $a (mut i64) (i64.const 5))
  (global $b (mut f64) (f64.const 0))
  (func (export "f") (result i64)
    (global.set $a (i64.extend_i32_u (global.get $g)))
    (global.set $b (f64.const 1))
    (global.get $a)))

;; function(0) "f"
;; function u0:0(i64) -> i64 system_v {
;;     region0 = 1 "instance"
;;
;; block0(v0: i64):
;;     v2 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = load.i32 notrap readonly can_move v2+464
;;     v4 = uextend.i64 v3
;;     store notrap region0 v4, v2+468
;;     v5 = f64const 0x1.0000000000000p0
;;     store notrap region0 v5, v2+476  ; v5 = 0x1.0000000000000p0
;;     v6 = load.i64 notrap region0 v2+468
;;     return v6
;; }
