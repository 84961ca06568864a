;; Growing a shared memory is retried until no other thread has grown it at the same time.
;;! show = "clif"

(module
  (memory 1 2 shared)
  (func (param i32) (result i32) (memory.grow (local.get 0))))

;; function(0)
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;
;; block0(v0: i64, v1: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v5 = load.i64 notrap aligned readonly can_move v4+8
;;     v6 = load.i64 notrap aligned readonly can_move v5
;;     jump block2
;;
;; block2:
;;     v7 = load.i32 notrap region0 v6+16
;;     v8 = get_stack_pointer.i64
;;     v9 = load.i8 v8-4096
;;     v10 = load.i8 v8-8192
;;     v11 = load.i8 v8-0x3000
;;     v12 = load.i8 v8-0x4000
;;     v13 = call fn0(v4, v1)
;;     brif v13, block3, block4
;;
;; block3:
;;     v14 = load.i32 notrap region0 v6+16
;;     v15 = iadd.i32 v7, v1
;;     v16 = icmp eq v14, v15
;;     brif v16, block5(v7), block2
;;
;; block4:
;;     v17 = iconst.i32 -1
;;     jump block5(v17)  ; v17 = -1
;;
;; block5(v3: i32):
;;     return v3
;; }
