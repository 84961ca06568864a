;; With hardware bounds checks, a trap unwinds the stack, so nothing is tested after a call. Imports
;; are called through the thunk of their type, with their function index.
;;! opt-level = 2
;;! show = "clif"

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
;;     sig0 = (i64, i32, i32) system_v
;;     sig1 = (i64, i32) -> i32 system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u0:1 sig1 ; function(1)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 0
;;     call fn0(v0, v1, v3)  ; v3 = 0
;;     v4 = call fn1(v0, v1)
;;     v5 = call fn1(v0, v4)
;;     return v5
;; }
