;; Displacements are signed, so an offset of 2^31 or more is added to the address as an unsigned
;; number.
;;! show = "clif"

(module
  (memory 1)
  (func (export "below") (param i32) (result i32)
    (i32.load offset=0x7fffffff (local.get 0)))
  (func (export "beyond") (param i32) (result i32)
    (i32.load offset=0x80000000 (local.get 0)))
  (func (export "last") (param i32) (result i32)
    (i32.load8_u offset=0xffffffff (local.get 0))))

;; function(0) "below"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap aligned readonly can_move v3+376
;;     v5 = uextend.i64 v1
;;     v6 = iadd v4, v5
;;     v7 = load.i32 region0 v6+0x7fff_ffff
;;     return v7
;; }
;;
;; function(1) "beyond"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap aligned readonly can_move v3+376
;;     v5 = uextend.i64 v1
;;     v6 = iadd v4, v5
;;     v7 = iconst.i64 0x8000_0000
;;     v8 = iadd v6, v7  ; v7 = 0x8000_0000
;;     v9 = load.i32 region0 v8
;;     return v9
;; }
;;
;; function(2) "last"
;; function u0:2(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap aligned readonly can_move v3+376
;;     v5 = uextend.i64 v1
;;     v6 = iadd v4, v5
;;     v7 = iconst.i64 0xffff_ffff
;;     v8 = iadd v6, v7  ; v7 = 0xffff_ffff
;;     v9 = uload8.i32 region0 v8
;;     return v9
;; }
