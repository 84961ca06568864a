;; A vector keeps its lane type between operators that use the same one, and changes it without a
;; machine instruction. Locals and blocks hold sixteen bytes.
;;! show = "clif"

(module
  (func (export "f") (param $a v128) (param $b v128) (result v128)
    (local $t v128)
    (local.set $t (f32x4.add (f32x4.mul (local.get $a) (local.get $b)) (local.get $a)))
    (v128.and
      (f32x4.lt (local.get $t) (local.get $b))
      (block (result v128) (i16x8.add (local.get $t) (local.get $b))))))

;; function(0) "f"
;; function u0:0(i64, i8x16, i8x16) -> i8x16 system_v {
;;     const0 = 0x00000000000000000000000000000000
;;
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v3 = vconst.i8x16 const0
;;     v5 = bitcast.f32x4 little v2
;;     v6 = bitcast.f32x4 little v1
;;     v7 = fmul v6, v5
;;     v8 = bitcast.f32x4 little v1
;;     v9 = fadd v7, v8
;;     v10 = bitcast.i8x16 little v9
;;     v11 = bitcast.f32x4 little v2
;;     v12 = fcmp lt v9, v11
;;     v14 = bitcast.i16x8 little v2
;;     v15 = bitcast.i16x8 little v10
;;     v16 = iadd v15, v14
;;     v17 = bitcast.i8x16 little v16
;;     jump block2(v17)
;;
;; block2(v13: i8x16):
;;     v18 = bitcast.i8x16 little v12
;;     v19 = band v18, v13
;;     return v19
;; }
