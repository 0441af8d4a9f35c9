;; Masks bytes and tells whether one that came out is outside ASCII [RFC 6455 §5.3].
;; `npm run masker` assembles this file into byte-masker-code.ts.
;;
;; The bytes begin at address 32, which every access adds as its offset. Two of the three pages are for them; the third takes what is
;; written behind their end.
(module
  (memory (export "memory") 3)

  ;; $end: number of bytes. $key: the masking key as the memory has it, little-endian.
  ;; Result: not 0 where a byte that came out is 0x80 or above.
  (func (export "mask") (param $end i32) (param $key i32) (result i32)
    (local $at i32) (local $last i32)
    (local $keys v128) (local $high v128) (local $x v128)

    (local.set $keys (i32x4.splat (local.get $key)))

    ;; The 16 bytes behind the end become the key, rotated to where they lie: masked, they come out as zeros and do not count as
    ;; bytes outside ASCII.
    (v128.store offset=32 align=1 (local.get $end)
      (i32x4.splat (i32.rotr (local.get $key) (i32.shl (local.get $end) (i32.const 3)))))

    ;; 64 bytes at a time
    (block $short
      (br_if $short (i32.eqz (local.tee $last (i32.and (local.get $end) (i32.const -64)))))
      (loop $next
        (v128.store offset=32 align=1 (local.get $at) (local.tee $x (v128.xor (v128.load offset=32 align=1 (local.get $at)) (local.get $keys))))
        (local.set $high (v128.or (local.get $high) (local.get $x)))
        (v128.store offset=48 align=1 (local.get $at) (local.tee $x (v128.xor (v128.load offset=48 align=1 (local.get $at)) (local.get $keys))))
        (local.set $high (v128.or (local.get $high) (local.get $x)))
        (v128.store offset=64 align=1 (local.get $at) (local.tee $x (v128.xor (v128.load offset=64 align=1 (local.get $at)) (local.get $keys))))
        (local.set $high (v128.or (local.get $high) (local.get $x)))
        (v128.store offset=80 align=1 (local.get $at) (local.tee $x (v128.xor (v128.load offset=80 align=1 (local.get $at)) (local.get $keys))))
        (local.set $high (v128.or (local.get $high) (local.get $x)))
        (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $last)))))

    ;; The rest, 16 at a time
    (block $done
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (loop $next
        (v128.store offset=32 align=1 (local.get $at) (local.tee $x (v128.xor (v128.load offset=32 align=1 (local.get $at)) (local.get $keys))))
        (local.set $high (v128.or (local.get $high) (local.get $x)))
        (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))

    (i8x16.bitmask (local.get $high))))
