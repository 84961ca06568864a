;; A memory that is created without pages has bounds of 0, which would permit an access to address
;; 0. Therefore the end of the access is compared with the size in bytes (at 368) instead.
;;! show = "clif"
;;! bounds-checks = 1

(module
  (memory 0 1)
  (func (export "get") (param i32) (result i32)
    (i32.load offset=4 (local.get 0))))

;; function(0) "get"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v11 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v8 = uextend.i64 v1
;;     v9 = iconst.i64 8
;;     v10 = iadd v8, v9  ; v9 = 8
;;     v12 = load.i64 notrap region0 v11+368
;;     v13 = icmp ugt v10, v12
;;     brif v13, block4, block5
;;
;; block5:
;;     v14 = load.i64 notrap region0 v11+376
;;     v15 = iadd v14, v8
;;     v16 = load.i32 notrap region1 v15+4
;;     return v16
;;
;; block1 cold:
;;     call fn0(v0)
;;     v17 = iconst.i32 0
;;     return v17  ; v17 = 0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v18 = iconst.i32 0
;;     return v18  ; v18 = 0
;; }
