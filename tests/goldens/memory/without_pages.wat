;; A memory that is created without pages has bounds of 0, which would let address 0 pass: the end of
;; the access is compared with the size in bytes (at 368) instead.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (memory 0 1)
  (func (export "get") (param i32) (result i32)
    (i32.load offset=4 (local.get 0))))

;; function(0) "get"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = uextend.i64 v1
;;     v4 = iconst.i64 8
;;     v5 = iadd v3, v4  ; v4 = 8
;;     v7 = load.i64 notrap region1 v6+368
;;     v8 = icmp ugt v5, v7
;;     brif v8, block2, block3
;;
;; block3:
;;     v9 = load.i64 notrap region1 v6+376
;;     v10 = iadd v9, v3
;;     v11 = load.i32 notrap region0 v10+4
;;     return v11
;;
;; block2 cold:
;;     call fn0(v0)
;;     v12 = iconst.i32 0
;;     return v12  ; v12 = 0
;; }
