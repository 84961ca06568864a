;; Modules that differ in one property each. Each begins with a line of three semicolons, a name and
;; the flags it is compiled with.

;;; memory_of_a_small_program
(module
  (memory (export "memory") 1)
  (global $sp (mut i32) (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (global (export "__heap_base") i32 (i32.const 2160))
  (func (export "run") (param i32) (result i32) (local $p i32)
    (local.set $p (i32.sub (global.get $sp) (i32.const 16)))
    (global.set $sp (local.get $p))
    (i32.store (local.get $p) (local.get 0))
    (i32.load (local.get $p))
    (global.set $sp (i32.add (local.get $p) (i32.const 16)))))

;;; memory_with_software_checks --bounds-checks=1
(module
  (memory (export "memory") 1)
  (global $sp (mut i32) (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (global (export "__heap_base") i32 (i32.const 2160))
  (func (export "run") (param i32) (global.set $sp (local.get 0))))

;;; memory_without_a_stack_pointer
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 2161))
  (global (export "__data_end") i32 (i32.const 1136)))

;;; memory_that_grows
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))

;;; memory_that_grows_in_unreachable_code
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (func (export "grow") (return) (drop (memory.grow (i32.const 1)))))

;;; memory_whose_size_is_asked_for
(module
  (memory 1 7)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (func (export "size") (result i32) (memory.size)))

;;; memory_with_the_bytes_of_growth_in_constants
(module
  (memory 1)
  (func (export "constant") (result f64) (f64.const nan:0x10ffc0040003f)))

;;; heap_base_alone
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 2160)))

;;; heap_base_before_the_end_of_data
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 2161)))

;;; heap_base_that_can_be_set
(module
  (memory 1)
  (global (export "__heap_base") (mut i32) (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136)))

;;; heap_base_of_64_bits
(module
  (memory 1)
  (global (mut i64) (i64.const 2160))
  (global (export "__heap_base") i64 (i64.const 2160))
  (global (export "__data_end") i64 (i64.const 1136)))

;;; heap_base_of_an_import
(module
  (import "env" "base" (global i32))
  (memory 1)
  (global (export "__data_end") i32 (i32.const 1136))
  (export "__heap_base" (global 0)))

;;; heap_base_behind_the_memory
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 65544))
  (global (export "__data_end") i32 (i32.const 1136)))

;;; heap_base_at_the_end_of_the_memory
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 65536))
  (global (export "__data_end") i32 (i32.const 1136)))

;;; heap_base_near_0
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 9))
  (global (export "__data_end") i32 (i32.const 0)))

;;; heap_base_at_0
(module
  (memory 1)
  (global (export "__heap_base") i32 (i32.const 0))
  (global (export "__data_end") i32 (i32.const 0)))

;;; heap_base_beyond_2_gib
(module
  (memory 65536)
  (global (mut i32) (i32.const -2147483648))
  (global (export "__heap_base") i32 (i32.const -2147483640))
  (global (export "__data_end") i32 (i32.const 1136)))

;;; data_behind_the_heap_base
(module
  (memory 2)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (data (i32.const 70000) "far away"))

;;; data_at_an_unknown_place
(module
  (import "env" "base" (global $base i32))
  (memory 2)
  (global (export "__heap_base") i32 (i32.const 2160))
  (global (export "__data_end") i32 (i32.const 1136))
  (data (global.get $base) "somewhere"))

;;; memory_of_several_pages
(module (memory (export "memory") 3 10))

;;; memory_of_several_pages_and_a_heap_base
(module
  (memory 3)
  (global (mut i32) (i32.const 70000))
  (global (export "__heap_base") i32 (i32.const 70000))
  (global (export "__data_end") i32 (i32.const 4464))
  (data (i32.const 1024) "data"))

;;; memory_without_pages
(module (memory 0))

;;; memory_without_pages_but_with_a_maximum
(module (memory 0 5))

;;; memory_without_pages_that_grows
(module (memory 0 5) (func (drop (memory.grow (i32.const 1)))))

;;; memory_of_the_greatest_size
(module (memory 65536))

;;; memory_of_nearly_the_greatest_size
(module (memory 65535 65536))

;;; no_memory
(module (func (export "main")))

;;; memory_that_is_shared --enable-multi-thread
(module (memory 2 4 shared) (func (export "add") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))))

;;; memory_that_is_shared_and_has_a_heap_base --enable-multi-thread
(module
  (memory (export "memory") 2 4 shared)
  (global (mut i32) (i32.const 70000))
  (global (export "__heap_base") i32 (i32.const 70000))
  (global (export "__data_end") i32 (i32.const 4464)))

;;; memory_that_is_imported
(module (import "env" "memory" (memory 2 9)))

;;; memory_that_is_imported_and_has_a_heap_base
(module
  (import "env" "memory" (memory 2))
  (global (mut i32) (i32.const 70000))
  (global (export "__data_end") i32 (i32.const 4464))
  (global (export "__heap_base") i32 (i32.const 70000)))

;;; memory_that_is_imported_and_grows
(module (import "env" "memory" (memory 2 9)) (func (drop (memory.grow (i32.const 1)))))

;;; memory_of_the_host_module
(module (import "spectest" "memory" (memory 1)))

;;; memory_of_the_host_module_that_grows
(module (import "spectest" "memory" (memory 1)) (func (drop (memory.grow (i32.const 1)))))

;;; table_that_nothing_grows
(module (table 50000 funcref) (func (export "main") (result i32) (i32.const 1)))

;;; table_that_is_exported
(module (table (export "table") 3 2000 funcref))

;;; table_with_other_operators
(module
  (table $table 3 externref)
  (elem $none externref (ref.null extern))
  (func (export "main")
    (table.set $table (i32.const 0) (table.get $table (i32.const 1)))
    (table.fill $table (i32.const 0) (ref.null extern) (table.size $table))
    (table.copy $table $table (i32.const 0) (i32.const 0) (i32.const 0))
    (table.init $table $none (i32.const 0) (i32.const 0) (i32.const 0))))

;;; table_that_grows_among_others
(module
  (table 3 funcref)
  (table $table 3 funcref)
  (table 3 externref)
  (global (mut i32) (i32.const 0))
  (func (export "grow") (result i32) (table.grow $table (ref.null func) (i32.const 1))))

;;; table_that_grows_in_place --xip
(module
  (table $table 3 funcref)
  (func (export "grow") (result i32) (table.grow $table (ref.null func) (i32.const 1))))

;;; table_that_grows_in_unreachable_code
(module
  (table $table 3 funcref)
  (func (export "grow") (unreachable) (drop (table.grow $table (ref.null func) (i32.const 1)))))

;;; table_that_grows_but_cannot
(module
  (table $table 3 3 funcref)
  (func (export "grow") (result i32) (table.grow $table (ref.null func) (i32.const 1))))

;;; table_of_fixed_size
(module (table 3 3 funcref))

;;; table_without_elements
(module (table 0 funcref) (table 0 0 externref))

;;; table_of_a_large_maximum
(module (table 600 100000 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))

;;; table_that_is_imported
(module (import "env" "table" (table 3 9 funcref)))

;;; table_that_is_imported_and_grows
(module
  (import "env" "other" (table 3 9 funcref))
  (import "env" "table" (table $table 3 9 externref))
  (table 3 funcref)
  (func (export "grow") (drop (table.grow $table (ref.null extern) (i32.const 1)))))

;;; table_of_the_host_module
(module (import "spectest" "table" (table 1 funcref)) (func $f) (elem (i32.const 0) $f))

;;; segments_for_several_tables
(module
  (table $first 3 funcref)
  (table $second 3 funcref)
  (table $third 3 externref)
  (func $f) (func $g)
  (elem (table $second) (i32.const 1) func $f $g)
  (elem (table $first) (i32.const 0) funcref (ref.func $g) (ref.null func))
  (elem (table $third) (i32.const 0) externref (ref.null extern))
  (elem func $f)
  (elem declare func $g)
  (elem funcref (ref.func $f) (ref.null func)))

;;; segments_of_data
(module
  (memory 1)
  (data (i32.const 0) "")
  (data (i32.const 65530) "active")
  (data "passive")
  (data ""))

;;; data_count_and_use
(module
  (memory 1)
  (data $passive "passive")
  (func (export "init")
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7)) (data.drop $passive)))

;;; globals_of_every_type
(module
  (import "env" "i32" (global $i32 i32))
  (import "env" "i64" (global i64))
  (import "env" "f32" (global f32))
  (import "env" "f64" (global f64))
  (import "env" "v128" (global v128))
  (import "env" "func" (global funcref))
  (import "env" "extern" (global externref))
  (import "env" "mutable" (global (mut i32)))
  (func $f)
  (global i32 (i32.const -1))
  (global i64 (i64.const -1))
  (global f32 (f32.const nan:0x200000))
  (global f64 (f64.const -inf))
  (global (mut v128) (v128.const i64x2 1 -1))
  (global (mut funcref) (ref.func $f))
  (global (mut funcref) (ref.null func))
  (global (mut externref) (ref.null extern))
  (global (mut i32) (global.get $i32))
  (export "exported" (global 0))
  (export "exported too" (global 8)))

;;; start_function
(module (func) (func $start) (start $start))

;;; exports_of_every_kind
(module
  (func $f (export "f") (export "f again"))
  (table $t (export "t") 1 funcref)
  (memory $m (export "m") 1)
  (global $g (export "g") i32 (i32.const 1))
  (export "\e2\82\ac" (func $f)))

;;; imports_of_functions
(module
  (import "env" "f" (func (param i32 i64 f32 f64) (result i32)))
  (import "env" "f" (func (param i32 i64 f32 f64) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start") (call $exit (i32.const 0))))

;;; stack_pointer_behind_others
(module
  (memory 2)
  (global (mut i64) (i64.const 1))
  (global (mut i32) (i32.const 70004))
  (global i32 (i32.const 5))
  (global $sp (mut i32) (i32.const 66000))
  (global (export "__data_end") i32 (i32.const 1029))
  (global (export "__heap_base") i32 (i32.const 70000))
  (func (export "run") (global.set $sp (i32.const 1))))

;;; stack_before_the_data
(module
  (memory 2)
  (global $sp (mut i32) (i32.const 1024))
  (global (export "__heap_base") i32 (i32.const 4096))
  (global (export "__data_end") i32 (i32.const 4000)))

;;; stack_pointer_at_the_heap_base
(module
  (memory 2)
  (global $sp (mut i32) (i32.const 4096))
  (global (export "__heap_base") i32 (i32.const 4096))
  (global (export "__data_end") i32 (i32.const 4096)))

;;; functions_with_names --emit-custom-sections=name
(module $module
  (import "env" "imported" (func $imported))
  (func $first (local $local i32))
  (func)
  (func $third (export "exported")))

;;; feature_of_vectors
(module (func (export "f") (result i32) (i32x4.extract_lane 0 (i32x4.splat (i32.const 1)))))

;;; feature_of_bulk_memory
(module (memory 1) (func (export "f") (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))))

;;; feature_of_references
(module (func (export "f") (result i32) (ref.is_null (ref.null extern))))

;;; feature_of_references_in_a_type
(module (func (export "f") (param externref)))

;;; feature_of_threads --enable-multi-thread
(module (memory 1 1 shared) (func (export "f") (atomic.fence)))

;;; feature_of_sign_extension
(module (func (export "f") (param i32) (result i32) (i32.extend8_s (local.get 0))))

;;; feature_of_conversion
(module (func (export "f") (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0))))
