;; A function with a small frame checks the stack pointer itself, at its entry: at least 16 KiB must
;; be left above the runtime's limit (execution environment + 32), for possible guard pages, a small
;; frame and a helper.
;;! show = "clif"
;;! bounds-checks = 1

(module
  (func (export "f") (param i32) (result i32)
    (local.get 0)))

;; function(0) "f"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
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
;;     return v1
;;
;; block1 cold:
;;     call fn0(v0)
;;     v8 = iconst.i32 0
;;     return v8  ; v8 = 0
;; }
