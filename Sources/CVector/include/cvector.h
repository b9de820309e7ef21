#ifndef CVECTOR_H
#define CVECTOR_H

/* The few vector operations that Swift's SIMD types lack or compile badly:
   square root, minimum, maximum, and loads and stores of a part of a vector.
   Everything is inlined into the Swift caller and compiled for the caller's
   instruction set. Partial loads fill with zeros and touch no memory beyond. */

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define CV_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__) && defined(__AVX512VL__)
typedef float cv_f32 __attribute__((ext_vector_type(16)));
typedef double cv_f64 __attribute__((ext_vector_type(8)));

CV_INLINE cv_f32 cv_sqrt_f32(cv_f32 a) { return _mm512_sqrt_ps(a); }
CV_INLINE cv_f64 cv_sqrt_f64(cv_f64 a) { return _mm512_sqrt_pd(a); }
/* a where a < b, else b: NaN in a or b gives b, as minps does. */
CV_INLINE cv_f32 cv_min_f32(cv_f32 a, cv_f32 b) { return _mm512_min_ps(a, b); }
CV_INLINE cv_f64 cv_min_f64(cv_f64 a, cv_f64 b) { return _mm512_min_pd(a, b); }
CV_INLINE cv_f32 cv_max_f32(cv_f32 a, cv_f32 b) { return _mm512_max_ps(a, b); }
CV_INLINE cv_f64 cv_max_f64(cv_f64 a, cv_f64 b) { return _mm512_max_pd(a, b); }
CV_INLINE cv_f32 cv_load_f32(const float *p, long n) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
CV_INLINE cv_f64 cv_load_f64(const double *p, long n) {
  return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
}
CV_INLINE void cv_store_f32(float *p, cv_f32 v, long n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}
CV_INLINE void cv_store_f64(double *p, cv_f64 v, long n) {
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), v);
}

#elif defined(__AVX2__)
typedef float cv_f32 __attribute__((ext_vector_type(8)));
typedef double cv_f64 __attribute__((ext_vector_type(4)));

CV_INLINE cv_f32 cv_sqrt_f32(cv_f32 a) { return _mm256_sqrt_ps(a); }
CV_INLINE cv_f64 cv_sqrt_f64(cv_f64 a) { return _mm256_sqrt_pd(a); }
CV_INLINE cv_f32 cv_min_f32(cv_f32 a, cv_f32 b) { return _mm256_min_ps(a, b); }
CV_INLINE cv_f64 cv_min_f64(cv_f64 a, cv_f64 b) { return _mm256_min_pd(a, b); }
CV_INLINE cv_f32 cv_max_f32(cv_f32 a, cv_f32 b) { return _mm256_max_ps(a, b); }
CV_INLINE cv_f64 cv_max_f64(cv_f64 a, cv_f64 b) { return _mm256_max_pd(a, b); }
CV_INLINE __m256i cv_mask32(long n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CV_INLINE __m256i cv_mask64(long n) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
CV_INLINE cv_f32 cv_load_f32(const float *p, long n) { return _mm256_maskload_ps(p, cv_mask32(n)); }
CV_INLINE cv_f64 cv_load_f64(const double *p, long n) { return _mm256_maskload_pd(p, cv_mask64(n)); }
CV_INLINE void cv_store_f32(float *p, cv_f32 v, long n) { _mm256_maskstore_ps(p, cv_mask32(n), v); }
CV_INLINE void cv_store_f64(double *p, cv_f64 v, long n) { _mm256_maskstore_pd(p, cv_mask64(n), v); }

#else
typedef float cv_f32 __attribute__((ext_vector_type(4)));
typedef double cv_f64 __attribute__((ext_vector_type(2)));

#if defined(__SSE2__)
CV_INLINE cv_f32 cv_sqrt_f32(cv_f32 a) { return _mm_sqrt_ps(a); }
CV_INLINE cv_f64 cv_sqrt_f64(cv_f64 a) { return _mm_sqrt_pd(a); }
#else
CV_INLINE cv_f32 cv_sqrt_f32(cv_f32 a) { return __builtin_elementwise_sqrt(a); }
CV_INLINE cv_f64 cv_sqrt_f64(cv_f64 a) { return __builtin_elementwise_sqrt(a); }
#endif
CV_INLINE cv_f32 cv_min_f32(cv_f32 a, cv_f32 b) { return a < b ? a : b; }
CV_INLINE cv_f64 cv_min_f64(cv_f64 a, cv_f64 b) { return a < b ? a : b; }
CV_INLINE cv_f32 cv_max_f32(cv_f32 a, cv_f32 b) { return a > b ? a : b; }
CV_INLINE cv_f64 cv_max_f64(cv_f64 a, cv_f64 b) { return a > b ? a : b; }
CV_INLINE cv_f32 cv_load_f32(const float *p, long n) {
  cv_f32 v = {p[0], 0, 0, 0};
  if (n > 1) v.y = p[1];
  if (n > 2) v.z = p[2];
  if (n > 3) v.w = p[3];
  return v;
}
CV_INLINE cv_f64 cv_load_f64(const double *p, long n) {
  cv_f64 v = {p[0], 0};
  if (n > 1) v.y = p[1];
  return v;
}
CV_INLINE void cv_store_f32(float *p, cv_f32 v, long n) {
  p[0] = v.x;
  if (n > 1) p[1] = v.y;
  if (n > 2) p[2] = v.z;
  if (n > 3) p[3] = v.w;
}
CV_INLINE void cv_store_f64(double *p, cv_f64 v, long n) {
  p[0] = v.x;
  if (n > 1) p[1] = v.y;
}
#endif

/* The sum of lanes, by halves. */
#if defined(__AVX512F__) && defined(__AVX512VL__)
CV_INLINE float cv_total_f32(cv_f32 a) { return _mm512_reduce_add_ps(a); }
CV_INLINE double cv_total_f64(cv_f64 a) { return _mm512_reduce_add_pd(a); }
#else
CV_INLINE float cv_total_f32(cv_f32 a) {
#if defined(__AVX2__)
  float __attribute__((ext_vector_type(4))) four = a.lo + a.hi;
#else
  cv_f32 four = a;
#endif
  float __attribute__((ext_vector_type(2))) two = four.lo + four.hi;
  return two.x + two.y;
}
CV_INLINE double cv_total_f64(cv_f64 a) {
#if defined(__AVX2__)
  double __attribute__((ext_vector_type(2))) two = a.lo + a.hi;
#else
  cv_f64 two = a;
#endif
  return two.x + two.y;
}
#endif

/* keep: the first n lanes, zeros in the others. sum (in double) and largest of
   all lanes, halves first. nonzero: one bit for each lane that is not zero. */
#define CV_LARGER(a, b) ((a) > (b) ? (a) : (b))
typedef float cv_two_f32 __attribute__((ext_vector_type(2)));
typedef double cv_two_f64 __attribute__((ext_vector_type(2)));
CV_INLINE double cv_sum2(cv_two_f64 v) { return v.x + v.y; }
CV_INLINE float cv_largest2_f32(cv_two_f32 v) { return CV_LARGER(v.x, v.y); }
CV_INLINE double cv_largest2_f64(cv_two_f64 v) { return CV_LARGER(v.x, v.y); }
typedef float cv_quad_f32 __attribute__((ext_vector_type(4)));
CV_INLINE float cv_largest4_f32(cv_quad_f32 v) { return cv_largest2_f32(CV_LARGER(v.lo, v.hi)); }
#if defined(__AVX2__)
typedef double cv_quad_f64 __attribute__((ext_vector_type(4)));
typedef float cv_oct_f32 __attribute__((ext_vector_type(8)));
CV_INLINE double cv_sum4(cv_quad_f64 v) { return cv_sum2(v.lo + v.hi); }
CV_INLINE double cv_largest4_f64(cv_quad_f64 v) { return cv_largest2_f64(CV_LARGER(v.lo, v.hi)); }
CV_INLINE float cv_largest8_f32(cv_oct_f32 v) { return cv_largest4_f32(CV_LARGER(v.lo, v.hi)); }
#endif
#if defined(__AVX512F__) && defined(__AVX512VL__)
CV_INLINE cv_f32 cv_keep_f32(cv_f32 v, long n) { return _mm512_maskz_mov_ps((__mmask16)((1u << n) - 1), v); }
CV_INLINE cv_f64 cv_keep_f64(cv_f64 v, long n) { return _mm512_maskz_mov_pd((__mmask8)((1u << n) - 1), v); }
CV_INLINE double cv_sum_f64(cv_f64 v) { return cv_sum4(v.lo + v.hi); }
CV_INLINE double cv_sum_f32(cv_f32 v) {
  return cv_sum_f64(__builtin_convertvector(v.lo, cv_f64) + __builtin_convertvector(v.hi, cv_f64));
}
CV_INLINE float cv_largest_f32(cv_f32 v) { return cv_largest8_f32(CV_LARGER(v.lo, v.hi)); }
CV_INLINE double cv_largest_f64(cv_f64 v) { return cv_largest4_f64(CV_LARGER(v.lo, v.hi)); }
CV_INLINE unsigned cv_nonzero_f32(cv_f32 v) { return _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
CV_INLINE unsigned cv_nonzero_f64(cv_f64 v) { return _mm512_cmp_pd_mask(v, _mm512_setzero_pd(), _CMP_NEQ_UQ); }
#elif defined(__AVX2__)
CV_INLINE cv_f32 cv_keep_f32(cv_f32 v, long n) { return _mm256_and_ps(v, (__m256)cv_mask32(n)); }
CV_INLINE cv_f64 cv_keep_f64(cv_f64 v, long n) { return _mm256_and_pd(v, (__m256d)cv_mask64(n)); }
CV_INLINE double cv_sum_f64(cv_f64 v) { return cv_sum4(v); }
CV_INLINE double cv_sum_f32(cv_f32 v) {
  return cv_sum4(__builtin_convertvector(v.lo, cv_quad_f64) + __builtin_convertvector(v.hi, cv_quad_f64));
}
CV_INLINE float cv_largest_f32(cv_f32 v) { return cv_largest8_f32(v); }
CV_INLINE double cv_largest_f64(cv_f64 v) { return cv_largest4_f64(v); }
CV_INLINE unsigned cv_nonzero_f32(cv_f32 v) {
  return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}
CV_INLINE unsigned cv_nonzero_f64(cv_f64 v) {
  return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(v, _mm256_setzero_pd(), _CMP_NEQ_UQ));
}
#else
CV_INLINE cv_f32 cv_keep_f32(cv_f32 v, long n) {
  return (cv_f32){v.x, n > 1 ? v.y : 0, n > 2 ? v.z : 0, n > 3 ? v.w : 0};
}
CV_INLINE cv_f64 cv_keep_f64(cv_f64 v, long n) { return (cv_f64){v.x, n > 1 ? v.y : 0}; }
CV_INLINE double cv_sum_f64(cv_f64 v) { return cv_sum2(v); }
CV_INLINE double cv_sum_f32(cv_f32 v) {
  return cv_sum2(__builtin_convertvector(v.lo, cv_two_f64) + __builtin_convertvector(v.hi, cv_two_f64));
}
CV_INLINE float cv_largest_f32(cv_f32 v) { return cv_largest4_f32(v); }
CV_INLINE double cv_largest_f64(cv_f64 v) { return cv_largest2_f64(v); }
CV_INLINE unsigned cv_nonzero_f32(cv_f32 v) {
  return (unsigned)(v.x != 0) | (unsigned)(v.y != 0) << 1 | (unsigned)(v.z != 0) << 2 | (unsigned)(v.w != 0) << 3;
}
CV_INLINE unsigned cv_nonzero_f64(cv_f64 v) { return (unsigned)(v.x != 0) | (unsigned)(v.y != 0) << 1; }
#endif

/* Rotates the lanes: lane n comes first, then n + 1, and so on. */
#if defined(__AVX512F__) && defined(__AVX512VL__)
CV_INLINE cv_f32 cv_rotate_f32(cv_f32 v, long n) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_permutexvar_ps(_mm512_add_epi32(lanes, _mm512_set1_epi32((int)n)), v);
}
CV_INLINE cv_f64 cv_rotate_f64(cv_f64 v, long n) {
  const __m512i lanes = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm512_permutexvar_pd(_mm512_add_epi64(lanes, _mm512_set1_epi64(n)), v);
}
#elif defined(__AVX2__)
CV_INLINE __m256i cv_lanes_from(int n) {
  return _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(n));
}
CV_INLINE cv_f32 cv_rotate_f32(cv_f32 v, long n) { return _mm256_permutevar8x32_ps(v, cv_lanes_from((int)n)); }
CV_INLINE cv_f64 cv_rotate_f64(cv_f64 v, long n) {
  return (cv_f64)_mm256_permutevar8x32_ps((cv_f32)v, cv_lanes_from(2 * (int)n));
}
#else
CV_INLINE cv_f32 cv_rotate_f32(cv_f32 v, long n) {
  return (cv_f32){v[n & 3], v[(n + 1) & 3], v[(n + 2) & 3], v[(n + 3) & 3]};
}
CV_INLINE cv_f64 cv_rotate_f64(cv_f64 v, long n) { return (cv_f64){v[n & 1], v[(n + 1) & 1]}; }
#endif

/* To IEEE half precision, rounded to nearest even; beyond its range the largest
   number it has. */
CV_INLINE unsigned short cv_to_half(float value) {
  union { float f; unsigned u; } v = {value}, small;
  unsigned sign = v.u >> 16 & 0x8000u;
  v.u &= 0x7fffffffu;
  if (v.u > 0x7f800000u) return (unsigned short)(sign | 0x7e00u);
  if (v.f > 65504.0f) return (unsigned short)(sign | 0x7bffu);
  if (v.f < 0x1p-14f) {
    /* The sum rounds at 2^-24, where subnormal halves end. */
    small.f = v.f + 0.5f;
    return (unsigned short)(sign | (small.u - 0x3f000000u));
  }
  v.u += 0xfffu + (v.u >> 13 & 1);
  return (unsigned short)(sign | ((v.u >> 13) - (112u << 10)));
}

/* A vector of half precision numbers, widened. */
#if defined(__AVX512F__) && defined(__AVX512VL__)
CV_INLINE cv_f32 cv_widen_f32(const unsigned short *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
CV_INLINE cv_f64 cv_widen_f64(const unsigned short *p) {
  return _mm512_cvtps_pd(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)));
}
#elif defined(__AVX2__)
CV_INLINE cv_f32 cv_widen_f32(const unsigned short *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
CV_INLINE cv_f64 cv_widen_f64(const unsigned short *p) {
  return _mm256_cvtps_pd(_mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)p)));
}
#else
CV_INLINE float cv_widen(unsigned short h) {
  union { unsigned u; float f; } v = {(h & 0x7fffu) << 13};
  const unsigned special = v.u >= 0x0f800000u ? 0x7f800000u : 0;
  v.f *= 0x1p112f;
  v.u |= special | (h & 0x8000u) << 16;
  return v.f;
}
CV_INLINE cv_f32 cv_widen_f32(const unsigned short *p) {
  return (cv_f32){cv_widen(p[0]), cv_widen(p[1]), cv_widen(p[2]), cv_widen(p[3])};
}
CV_INLINE cv_f64 cv_widen_f64(const unsigned short *p) { return (cv_f64){cv_widen(p[0]), cv_widen(p[1])}; }
#endif

/* Transposes a square of 4 x 4 elements; rows are the strides apart. */
typedef float cv_four_f32 __attribute__((ext_vector_type(4), aligned(4)));
typedef double cv_four_f64 __attribute__((ext_vector_type(4), aligned(8)));
#define CV_TRANSPOSE4(four, from, fromStride, to, toStride)                     \
  four a = *(const four *)(from), b = *(const four *)((from) + (fromStride));   \
  four c = *(const four *)((from) + 2 * (fromStride));                          \
  four d = *(const four *)((from) + 3 * (fromStride));                          \
  four ac = __builtin_shufflevector(a, c, 0, 4, 1, 5);                          \
  four bd = __builtin_shufflevector(b, d, 0, 4, 1, 5);                          \
  four ac2 = __builtin_shufflevector(a, c, 2, 6, 3, 7);                         \
  four bd2 = __builtin_shufflevector(b, d, 2, 6, 3, 7);                         \
  *(four *)(to) = __builtin_shufflevector(ac, bd, 0, 4, 1, 5);                  \
  *(four *)((to) + (toStride)) = __builtin_shufflevector(ac, bd, 2, 6, 3, 7);   \
  *(four *)((to) + 2 * (toStride)) = __builtin_shufflevector(ac2, bd2, 0, 4, 1, 5); \
  *(four *)((to) + 3 * (toStride)) = __builtin_shufflevector(ac2, bd2, 2, 6, 3, 7)
CV_INLINE void cv_transpose4_f32(const float *from, long fromStride, float *to, long toStride) {
  CV_TRANSPOSE4(cv_four_f32, from, fromStride, to, toStride);
}
CV_INLINE void cv_transpose4_f64(const double *from, long fromStride, double *to, long toStride) {
  CV_TRANSPOSE4(cv_four_f64, from, fromStride, to, toStride);
}

/* The first CV_TURNED elements of as many rows as a vector has lanes, `stride`
   apart, become vectors of one column each. Lanes of 16 bytes are put together
   from rows that are a lane's length apart, so that what is left is to turn
   squares inside lanes. */
#if defined(__AVX512F__) && defined(__AVX512VL__)
#define CV_ROWS4_F32(q)                                                                                      \
  _mm512_insertf32x4(_mm512_insertf32x4(_mm512_insertf32x4(                                                  \
    _mm512_castps128_ps512(_mm_loadu_ps(from + (q) * stride)), _mm_loadu_ps(from + (4 + (q)) * stride), 1),  \
    _mm_loadu_ps(from + (8 + (q)) * stride), 2), _mm_loadu_ps(from + (12 + (q)) * stride), 3)
CV_INLINE void cv_turn_f32(const float *from, long stride, float *to) {
  const __m512 a = CV_ROWS4_F32(0), b = CV_ROWS4_F32(1), c = CV_ROWS4_F32(2), d = CV_ROWS4_F32(3);
  const __m512d ab = (__m512d)_mm512_unpacklo_ps(a, b), cd = (__m512d)_mm512_unpacklo_ps(c, d);
  const __m512d ab2 = (__m512d)_mm512_unpackhi_ps(a, b), cd2 = (__m512d)_mm512_unpackhi_ps(c, d);
  _mm512_storeu_pd(to, _mm512_unpacklo_pd(ab, cd));
  _mm512_storeu_pd(to + 16, _mm512_unpackhi_pd(ab, cd));
  _mm512_storeu_pd(to + 32, _mm512_unpacklo_pd(ab2, cd2));
  _mm512_storeu_pd(to + 48, _mm512_unpackhi_pd(ab2, cd2));
}
#define CV_ROWS4_F64(q)                                                                                      \
  _mm512_insertf64x2(_mm512_insertf64x2(_mm512_insertf64x2(                                                  \
    _mm512_castpd128_pd512(_mm_loadu_pd(from + (q) * stride)), _mm_loadu_pd(from + (2 + (q)) * stride), 1),  \
    _mm_loadu_pd(from + (4 + (q)) * stride), 2), _mm_loadu_pd(from + (6 + (q)) * stride), 3)
CV_INLINE void cv_turn_f64(const double *from, long stride, double *to) {
  const __m512d a = CV_ROWS4_F64(0), b = CV_ROWS4_F64(1);
  _mm512_storeu_pd(to, _mm512_unpacklo_pd(a, b));
  _mm512_storeu_pd(to + 8, _mm512_unpackhi_pd(a, b));
}
#elif defined(__AVX2__)
#define CV_ROWS2_F32(q) \
  _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + (q) * stride)), _mm_loadu_ps(from + (4 + (q)) * stride), 1)
CV_INLINE void cv_turn_f32(const float *from, long stride, float *to) {
  const __m256 a = CV_ROWS2_F32(0), b = CV_ROWS2_F32(1), c = CV_ROWS2_F32(2), d = CV_ROWS2_F32(3);
  const __m256d ab = (__m256d)_mm256_unpacklo_ps(a, b), cd = (__m256d)_mm256_unpacklo_ps(c, d);
  const __m256d ab2 = (__m256d)_mm256_unpackhi_ps(a, b), cd2 = (__m256d)_mm256_unpackhi_ps(c, d);
  _mm256_storeu_pd((double *)to, _mm256_unpacklo_pd(ab, cd));
  _mm256_storeu_pd((double *)(to + 8), _mm256_unpackhi_pd(ab, cd));
  _mm256_storeu_pd((double *)(to + 16), _mm256_unpacklo_pd(ab2, cd2));
  _mm256_storeu_pd((double *)(to + 24), _mm256_unpackhi_pd(ab2, cd2));
}
#define CV_ROWS2_F64(q) \
  _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from + (q) * stride)), _mm_loadu_pd(from + (2 + (q)) * stride), 1)
CV_INLINE void cv_turn_f64(const double *from, long stride, double *to) {
  const __m256d a = CV_ROWS2_F64(0), b = CV_ROWS2_F64(1);
  _mm256_storeu_pd(to, _mm256_unpacklo_pd(a, b));
  _mm256_storeu_pd(to + 4, _mm256_unpackhi_pd(a, b));
}
#else
CV_INLINE void cv_turn_f32(const float *from, long stride, float *to) { cv_transpose4_f32(from, stride, to, 4); }
CV_INLINE void cv_turn_f64(const double *from, long stride, double *to) {
  const double a = from[1], b = from[stride];
  to[0] = from[0];
  to[3] = from[stride + 1];
  to[1] = b;
  to[2] = a;
}
#endif

/* c + a b and c - a b: one instruction where the target has it, otherwise a
   product and a sum (never a call to fma). */
CV_INLINE cv_f32 cv_fma_f32(cv_f32 a, cv_f32 b, cv_f32 c) { return a * b + c; }
CV_INLINE cv_f64 cv_fma_f64(cv_f64 a, cv_f64 b, cv_f64 c) { return a * b + c; }
CV_INLINE cv_f32 cv_fnma_f32(cv_f32 a, cv_f32 b, cv_f32 c) { return c - a * b; }
CV_INLINE cv_f64 cv_fnma_f64(cv_f64 a, cv_f64 b, cv_f64 c) { return c - a * b; }
CV_INLINE cv_f32 cv_add_f32(cv_f32 a, cv_f32 b) { return a + b; }
CV_INLINE cv_f64 cv_add_f64(cv_f64 a, cv_f64 b) { return a + b; }
CV_INLINE cv_f32 cv_sub_f32(cv_f32 a, cv_f32 b) { return a - b; }
CV_INLINE cv_f64 cv_sub_f64(cv_f64 a, cv_f64 b) { return a - b; }
CV_INLINE cv_f32 cv_mul_f32(cv_f32 a, cv_f32 b) { return a * b; }
CV_INLINE cv_f64 cv_mul_f64(cv_f64 a, cv_f64 b) { return a * b; }
CV_INLINE cv_f32 cv_div_f32(cv_f32 a, cv_f32 b) { return a / b; }
CV_INLINE cv_f64 cv_div_f64(cv_f64 a, cv_f64 b) { return a / b; }
/* a where x > y (false for NaN), else b. */
CV_INLINE cv_f32 cv_where_f32(cv_f32 x, cv_f32 y, cv_f32 a, cv_f32 b) { return x > y ? a : b; }
CV_INLINE cv_f64 cv_where_f64(cv_f64 x, cv_f64 y, cv_f64 a, cv_f64 b) { return x > y ? a : b; }
CV_INLINE cv_f32 cv_abs_f32(cv_f32 a) { return __builtin_elementwise_abs(a); }
CV_INLINE cv_f64 cv_abs_f64(cv_f64 a) { return __builtin_elementwise_abs(a); }
/* a^e, lane by lane in double precision; slow. */
CV_INLINE cv_f32 cv_power_f32(cv_f32 a, double e) {
  for (unsigned i = 0; i < sizeof a / sizeof a[0]; i++) a[i] = (float)__builtin_pow(a[i], e);
  return a;
}
CV_INLINE cv_f64 cv_power_f64(cv_f64 a, double e) {
  for (unsigned i = 0; i < sizeof a / sizeof a[0]; i++) a[i] = __builtin_pow(a[i], e);
  return a;
}

typedef int cv_i32 __attribute__((ext_vector_type(sizeof(cv_f32) / 4)));
typedef long cv_i64 __attribute__((ext_vector_type(sizeof(cv_f64) / 8)));
/* a 2^n, where shifted = n + 1.5 2^(mantissa bits); a and the result normal. */
CV_INLINE cv_f32 cv_pow2_f32(cv_f32 a, cv_f32 shifted) {
  return (cv_f32)((cv_i32)a + ((cv_i32)shifted << 23));
}
CV_INLINE cv_f64 cv_pow2_f64(cv_f64 a, cv_f64 shifted) {
  return (cv_f64)((cv_i64)a + ((cv_i64)shifted << 52));
}

/* Dropout factors of elements first, first + 1, ...: 0 where 32 random bits are
   below the threshold, else scale. The bits are a hash of the element's index
   under a 64-bit key (the integer finaliser "lowbias32" of C. Wellons, twice
   keyed), the same on every instruction set. */
typedef unsigned cv_u32 __attribute__((ext_vector_type(sizeof(cv_f32) / 4)));
typedef unsigned cv_u32d __attribute__((ext_vector_type(sizeof(cv_f64) / 8)));
#define CV_HASH(x, key) \
  x = x * 0x9e3779b9u + (unsigned)(key); \
  x = (x ^ (x >> 16)) * 0x21f0aaadu; \
  x = (x ^ (x >> 15)) * 0x735a2d97u + (unsigned)((key) >> 32); \
  x = (x ^ (x >> 15)) * 0x21f0aaadu; \
  x = x ^ (x >> 16);

CV_INLINE cv_f32 cv_dropout_f32(unsigned long key, unsigned first, unsigned threshold, float scale) {
  cv_u32 x;
  for (unsigned i = 0; i < sizeof(cv_f32) / 4; i++) x[i] = i;
  x += first;
  CV_HASH(x, key)
  return x < threshold ? (cv_f32)0.0f : (cv_f32)scale;
}
CV_INLINE cv_f64 cv_dropout_f64(unsigned long key, unsigned first, unsigned threshold, double scale) {
  cv_u32d x;
  for (unsigned i = 0; i < sizeof(cv_f64) / 8; i++) x[i] = i;
  x += first;
  CV_HASH(x, key)
  return __builtin_convertvector(x < threshold, cv_i64) ? (cv_f64)0.0 : (cv_f64)scale;
}

#endif
