;; A function of this module is called directly, not through the entry that the runtime knows. Its
;; distance from the entry is in the 4 bytes before the entry. Further results are written where the
;; caller's own are.
;;! opt-level = 2
;;! show = "clif"

(module
  (type $t (func (param i32) (result i32 i64)))
  (import "env" "host" (func $host (type $t)))
  (table funcref (elem $host $f))
  (func $f (type $t)
    (return_call_indirect (type $t) (i32.const 7) (local.get 0))))

;; function(1) "f"
;; function u0:1(i64, i32, i64) -> i32 tail {
;;     region0 = 1 "instance"
;;     region1 = 2 "tables"
;;     sig0 = (i64, i32, i64, i32) -> i32 system_v
;;     sig1 = (i64, i32, i64) -> i32 tail
;;     sig2 = (i64) system_v
;;     sig3 = (i64) system_v
;;     sig4 = (i64) system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u3:8 sig2 ; trap_thunk(UndefinedElement)
;;     fn2 = colocated u3:9 sig3 ; trap_thunk(UninitializedElement)
;;     fn3 = colocated u3:6 sig4 ; trap_thunk(IndirectCallTypeMismatch)
;;
;; block0(v0: i64, v1: i32, v2: i64):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v16 = load.i64 notrap aligned readonly can_move v6+48
;;     v27 = load.i64 notrap aligned readonly can_move v6+40
;;     v5 = iconst.i32 7
;;     v7 = load.i32 notrap region0 v6+480
;;     v8 = icmp uge v1, v7
;;     brif v8, block2, block3
;;
;; block3:
;;     v9 = uextend.i64 v1
;;     v10 = iconst.i64 3
;;     v11 = ishl v9, v10  ; v10 = 3
;;     v12 = iadd.i64 v6, v11
;;     v13 = load.i32 notrap region1 v12+488
;;     v14 = iconst.i32 -1
;;     v15 = icmp eq v13, v14  ; v14 = -1
;;     brif v15, block4, block5
;;
;; block5:
;;     v17 = uextend.i64 v13
;;     v18 = iconst.i64 2
;;     v19 = ishl v17, v18  ; v18 = 2
;;     v20 = iadd.i64 v16, v19
;;     v21 = load.i32 notrap aligned readonly v20
;;     v22 = iconst.i32 0
;;     v23 = icmp ne v21, v22  ; v22 = 0
;;     brif v23, block6, block7
;;
;; block7:
;;     v24 = iconst.i32 1
;;     v25 = icmp.i32 ult v13, v24  ; v24 = 1
;;     brif v25, block8, block9
;;
;; block8 cold:
;;     v26 = call fn0(v0, v5, v2, v13)  ; v5 = 7
;;     return v26
;;
;; block9:
;;     v28 = uextend.i64 v13
;;     v29 = iconst.i64 3
;;     v30 = ishl v28, v29  ; v29 = 3
;;     v31 = iadd.i64 v27, v30
;;     v32 = load.i64 notrap aligned readonly v31
;;     v33 = load.i32 notrap aligned readonly v32-4
;;     v34 = sextend.i64 v33
;;     v35 = iadd v32, v34
;;     return_call_indirect sig1, v35(v0, v5, v2)  ; v5 = 7
;;
;; block2 cold:
;;     call fn1(v0)
;;     trap user1
;;
;; block4 cold:
;;     call fn2(v0)
;;     trap user1
;;
;; block6 cold:
;;     call fn3(v0)
;;     trap user1
;; }
