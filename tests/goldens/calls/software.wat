;; In software mode a trap returns: after every call, own or imported, the first byte of the pending
;; exception (at 104) is tested, and the function returns if there is one.
;;! opt-level = 2
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (import "env" "log" (func $log (param i32)))
  (func $own (param i32) (result i32) (local.get 0))
  (func (export "f") (param i32) (result i32)
    (call $log (local.get 0))
    (call $own (local.get 0))
    (call $own)))

;; function(1) "own"
;; function u0:1(i64, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32):
;;     return v1
;; }
;;
;; function(2) "f"
;; function u0:2(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32, i32) system_v
;;     sig1 = (i64, i32) -> i32 system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u0:1 sig1 ; function(1)
;;
;; block0(v0: i64, v1: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 0
;;     call fn0(v0, v1, v3)  ; v3 = 0
;;     v5 = load.i8 notrap region0 v4+104
;;     brif v5, block2, block3
;;
;; block3:
;;     v6 = call fn1(v0, v1)
;;     v7 = load.i8 notrap region0 v4+104
;;     brif v7, block2, block4
;;
;; block4:
;;     v8 = call fn1(v0, v6)
;;     v9 = load.i8 notrap region0 v4+104
;;     brif v9, block2, block5
;;
;; block5:
;;     return v8
;;
;; block2 cold:
;;     v10 = iconst.i32 0
;;     return v10  ; v10 = 0
;; }
