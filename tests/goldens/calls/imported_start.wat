;; The runtime runs a start function only if its code is in the file, so a function that calls the
;; import is added.
;;! show = "clif"
;;! functions = ["start_wrapper", "import_thunk(1)"]

(module
  (import "env" "skipped" (func (param i32)))
  (import "env" "start" (func $start))
  (start $start))

;; start_wrapper
;; function u5:0(i64) system_v {
;;     sig0 = (i64, i32) system_v
;;     fn0 = colocated u2:1 sig0 ; import_thunk(1)
;;
;; block0(v0: i64):
;;     v1 = iconst.i32 1
;;     call fn0(v0, v1)  ; v1 = 1
;;     return
;; }
;;
;; import_thunk(1)
;; function u2:1(i64, i32) system_v {
;;     ss0 = explicit_slot 0, align = 16
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:2 sig0 ; aot_invoke_native
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32):
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v7 = stack_addr.i64 ss0
;;     v8 = iconst.i32 0
;;     v9 = stack_addr.i64 ss0
;;     v10 = call fn0(v0, v1, v8, v9)  ; v8 = 0
;;     return
;;
;; block1 cold:
;;     call fn1(v0)
;;     trap user1
;; }
