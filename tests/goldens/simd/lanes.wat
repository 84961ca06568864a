;; Narrow lanes become an i32 immediately, extended as the operator says.
;;! show = "clif"

(module
  (func (export "f") (param v128) (result i32)
    (i32.add
      (i8x16.extract_lane_s 3 (local.get 0))
      (i16x8.extract_lane_u 7 (local.get 0))))
  (func (export "g") (param v128 i32) (result v128)
    (i8x16.replace_lane 0 (local.get 0) (local.get 1)))
  (func (export "h") (param v128 v128) (result v128)
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (local.get 1)))
  (func (export "any") (param v128) (result i32)
    (if (result i32) (v128.any_true (local.get 0))
      (then (i8x16.bitmask (local.get 0)))
      (else (i32x4.all_true (local.get 0))))))

;; function(0) "f"
;; function u0:0(i64, i8x16) -> i32 system_v {
;; block0(v0: i64, v1: i8x16):
;;     v3 = extractlane v1, 3
;;     v4 = sextend.i32 v3
;;     v5 = bitcast.i16x8 little v1
;;     v6 = extractlane v5, 7
;;     v7 = uextend.i32 v6
;;     v8 = iadd v4, v7
;;     return v8
;; }
;;
;; function(1) "g"
;; function u0:1(i64, i8x16, i32) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i32):
;;     v4 = ireduce.i8 v2
;;     v5 = insertlane v1, v4, 0
;;     return v5
;; }
;;
;; function(2) "h"
;; function u0:2(i64, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v4 = shuffle v1, v2, 0x17071606150514041303120211011000
;;     return v4
;; }
;;
;; function(3) "any"
;; function u0:3(i64, i8x16) -> i32 system_v {
;; block0(v0: i64, v1: i8x16):
;;     v3 = vany_true v1
;;     brif v3, block2, block4
;;
;; block2:
;;     v5 = vhigh_bits.i32 v1
;;     jump block3(v5)
;;
;; block4:
;;     v6 = bitcast.i32x4 little v1
;;     v7 = vall_true v6
;;     v8 = uextend.i32 v7
;;     jump block3(v8)
;;
;; block3(v4: i32):
;;     return v4
;; }
