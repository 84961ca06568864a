;; In a module with tail calls, functions have a convention in which callees remove their arguments.
;; The runtime enters $f by an entry of the C convention; $g, which it cannot reach, has none.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0
;;! functions = ["function(1)", "function(2)", "entry(1)", "entry(2)"]

(module
  (import "env" "log" (func $log (param i32)))
  (func $f (export "f") (param i32)
    (if (local.get 0) (then (return_call $log (local.get 0))))
    (call $g (local.get 0))
    (return_call $g (local.get 0)))
  (func $g (param i32) (return_call $f (i32.const 1))))

;; function(1) "f"
;; function u0:1(i64, i32) tail {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32, i32) system_v
;;     sig1 = (i64, i32) tail
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u0:2 sig1 ; function(2)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     brif v1, block2, block3
;;
;; block2:
;;     v2 = iconst.i32 0
;;     call fn0(v0, v1, v2)  ; v2 = 0
;;     return
;;
;; block3:
;;     call fn1(v0, v1)
;;     v4 = load.i8 notrap region0 v3+104
;;     brif v4, block4, block5
;;
;; block5:
;;     return_call fn1(v0, v1)
;;
;; block4 cold:
;;     return
;; }
;;
;; entry(1)
;; function u6:1(i64, i32) system_v {
;;     sig0 = (i64, i32) tail
;;     fn0 = colocated u0:1 sig0 ; function(1)
;;
;; block0(v0: i64, v1: i32):
;;     call fn0(v0, v1)
;;     return
;; }
;;
;; function(2) "g"
;; function u0:2(i64, i32) tail {
;;     sig0 = (i64, i32) tail
;;     fn0 = colocated u0:1 sig0 ; function(1)
;;
;; block0(v0: i64, v1: i32):
;;     v2 = iconst.i32 1
;;     return_call fn0(v0, v2)  ; v2 = 1
;; }
