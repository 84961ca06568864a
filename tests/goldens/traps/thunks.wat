;; The function that raises a trap: all others share it, and it calls the runtime's helper. With
;; hardware bounds checks it does not return, and the marker after the call is never reached. The
;; thunk reads the stack that the helper may need, so that it is not the helper that faults.
;;! show = "clif"
;;! functions = ["function(0)", "trap_thunk(Unreachable)"]

(module
  (func (export "f") (result i64)
    (unreachable)))

;; function(0) "f"
;; function u0:0(i64) -> i64 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:0 sig0 ; trap_thunk(Unreachable)
;;
;; block0(v0: i64):
;;     jump block2
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; trap_thunk(Unreachable)
;; function u3:0(i64) system_v {
;;     sig0 = (i64, i32 sext) system_v
;;     fn0 = colocated u4:0 sig0 ; aot_set_exception_with_id
;;
;; block0(v0: i64):
;;     v2 = load.i64 notrap aligned readonly can_move v0+16
;;     v1 = iconst.i32 0
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i8 v3-4096
;;     v5 = load.i8 v3-8192
;;     v6 = load.i8 v3-0x3000
;;     v7 = load.i8 v3-0x4000
;;     call fn0(v2, v1)  ; v1 = 0
;;     return
;; }
