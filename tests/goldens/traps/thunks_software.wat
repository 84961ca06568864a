;; In software mode the helper returns, and so do all its callers, with an arbitrary value. The
;; check of the function that calls the thunk ensures enough stack for the helper.
;;! show = "clif"
;;! functions = ["function(0)", "trap_thunk(Unreachable)"]
;;! bounds-checks = 1

(module
  (func (export "f") (result i64)
    (unreachable)))

;; function(0) "f"
;; function u0:0(i64) -> i64 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:0 sig1 ; trap_thunk(Unreachable)
;;
;; block0(v0: i64):
;;     v1 = get_stack_pointer.i64
;;     v2 = load.i64 notrap region0 v0+32
;;     v3 = iconst.i64 0x4000
;;     v4 = iadd v2, v3  ; v3 = 0x4000
;;     v5 = icmp ult v1, v4
;;     brif v5, block1, block2
;;
;; block2:
;;     jump block4
;;
;; block1 cold:
;;     call fn0(v0)
;;     v7 = iconst.i64 0
;;     return v7  ; v7 = 0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v8 = iconst.i64 0
;;     return v8  ; v8 = 0
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
;;     call fn0(v2, v1)  ; v1 = 0
;;     return
;; }
