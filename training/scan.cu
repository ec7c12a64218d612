// Selective scan of Mamba-1 (Gu & Dao 2023, algorithm 2), forward and backward, in one pass over time each.
//
//   delta = softplus(dt + bias)            h_t = exp(delta A) h_{t-1} + delta x_t B_t            y_t = C_t h_t + D x_t
//
// Shapes, in the letters of the project: Z sequences, T steps, E channels, N = 16 states.
//   x, dt, y and their gradients (Z, T, E) bf16     BC (Z, T, 2N) f32, first B then C
//   A2 = A * log2(e) (E, N) f32                     saved (Z, T / STEPS, E, N) f32: the state before each chunk
//
// T must be a multiple of STEPS, E of CHANNELS. Gradients that sum over sequences are added with atomics.
#include <cuda_bf16.h>
#include <cuda_runtime.h>

using bf16 = __nv_bfloat16;

constexpr int N = 16;         // states a channel
constexpr int STEPS = 16;     // steps between saved states; the backward pass recomputes the ones between
constexpr int CHANNELS = 64;  // channels a block
constexpr int LANES = 4;      // backward: threads a channel, each with N / LANES states
constexpr int BACKWARD_THREADS = CHANNELS * LANES;
constexpr int WARPS = BACKWARD_THREADS / 32;
constexpr float LN2 = 0.69314718056f;

__device__ __forceinline__ float softplus(float v) { return v > 20.f ? v : log1pf(__expf(v)); }

// One thread a channel, its N states in registers. Grid (E / CHANNELS, Z).
__global__ void __launch_bounds__(CHANNELS)
forward_kernel(const bf16* __restrict__ x, const bf16* __restrict__ dt, const float* __restrict__ bias,
               const float* __restrict__ A2, const float* __restrict__ BC, const float* __restrict__ skip,
               bf16* __restrict__ y, float* __restrict__ saved, int T, int E) {
  __shared__ float4 bc[STEPS * 8];
  const int thread = threadIdx.x, e = blockIdx.x * CHANNELS + thread, chunks = T / STEPS;
  const long z = blockIdx.y;
  float h[N], a[N];
#pragma unroll
  for (int n = 0; n < N; n++) { h[n] = 0.f; a[n] = A2[(long)e * N + n]; }
  const float channel_bias = bias[e], channel_skip = skip[e];

  for (int c = 0; c < chunks; c++) {
    const long row = z * T + (long)c * STEPS;
    __syncthreads();
    const float4* source = (const float4*)(BC + row * 2 * N);
#pragma unroll
    for (int i = thread; i < STEPS * 8; i += CHANNELS) bc[i] = source[i];
    // All loads of a chunk are issued before the first is used: the scan itself waits for nothing.
    float xs[STEPS], ds[STEPS];
#pragma unroll
    for (int t = 0; t < STEPS; t++) {
      xs[t] = __bfloat162float(x[(row + t) * E + e]);
      ds[t] = __bfloat162float(dt[(row + t) * E + e]);
    }
    float4* out = (float4*)(saved + ((z * chunks + c) * E + e) * N);
#pragma unroll
    for (int q = 0; q < 4; q++) out[q] = make_float4(h[4 * q], h[4 * q + 1], h[4 * q + 2], h[4 * q + 3]);
    __syncthreads();
#pragma unroll
    for (int t = 0; t < STEPS; t++) {
      const float delta = softplus(ds[t] + channel_bias), dx = delta * xs[t];
      float sum = 0.f;
#pragma unroll
      for (int q = 0; q < 4; q++) {
        const float4 B = bc[t * 8 + q], C = bc[t * 8 + 4 + q];
        const float Bs[4] = {B.x, B.y, B.z, B.w}, Cs[4] = {C.x, C.y, C.z, C.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
          const int n = 4 * q + i;
          h[n] = exp2f(delta * a[n]) * h[n] + dx * Bs[i];
          sum += h[n] * Cs[i];
        }
      }
      y[(row + t) * E + e] = __float2bfloat16(sum + channel_skip * xs[t]);
    }
  }
}

// LANES threads a channel. Grid (E / CHANNELS, Z). Chunks run backwards; inside one, states are recomputed forwards.
__global__ void __launch_bounds__(BACKWARD_THREADS)
backward_kernel(const bf16* __restrict__ x, const bf16* __restrict__ dt, const float* __restrict__ bias,
                const float* __restrict__ A2, const float* __restrict__ BC, const float* __restrict__ skip,
                const bf16* __restrict__ dy, const float* __restrict__ saved, bf16* __restrict__ dx_out,
                bf16* __restrict__ ddt_out, float* __restrict__ dBC, float* __restrict__ dA2,
                float* __restrict__ dskip, float* __restrict__ dbias, int T, int E) {
  __shared__ float xs[STEPS * CHANNELS], deltas[STEPS * CHANNELS], dys[STEPS * CHANNELS];
  __shared__ float4 bc[STEPS * 8];
  __shared__ float partial[WARPS * STEPS * 2 * N];  // dB and dC of each warp's 8 channels
  const int thread = threadIdx.x, lane = thread & 31, warp = thread >> 5;
  const int part = lane & 3, local = warp * 8 + (lane >> 2);  // which states, which channel of the block
  const int e0 = blockIdx.x * CHANNELS, e = e0 + local, chunks = T / STEPS;
  const long z = blockIdx.y;
  float a[4], da[4], g[4];  // g = dLoss/dh, carried from the step after
#pragma unroll
  for (int n = 0; n < 4; n++) { a[n] = A2[(long)e * N + part * 4 + n]; da[n] = 0.f; g[n] = 0.f; }
  float sum_skip = 0.f, sum_bias = 0.f;
  const float channel_skip = skip[e];
  const int column = thread & (CHANNELS - 1);  // the channel this thread loads and stores
  const float column_bias = bias[e0 + column];

  for (int c = chunks - 1; c >= 0; c--) {
    const long row = z * T + (long)c * STEPS;
    __syncthreads();
    if (thread < STEPS * 8) bc[thread] = ((const float4*)(BC + row * 2 * N))[thread];
#pragma unroll
    for (int i = 0; i < STEPS / LANES; i++) {
      const int t = thread / CHANNELS + i * LANES, s = t * CHANNELS + column;
      const long o = (row + t) * E + e0 + column;
      xs[s] = __bfloat162float(x[o]);
      deltas[s] = softplus(__bfloat162float(dt[o]) + column_bias);
      dys[s] = __bfloat162float(dy[o]);
    }
    float h[STEPS + 1][4];
    const float4 start = ((const float4*)(saved + ((z * chunks + c) * E + e) * N))[part];
    h[0][0] = start.x; h[0][1] = start.y; h[0][2] = start.z; h[0][3] = start.w;
    __syncthreads();
#pragma unroll
    for (int t = 0; t < STEPS; t++) {
      const float delta = deltas[t * CHANNELS + local], dx = delta * xs[t * CHANNELS + local];
      const float4 B = bc[t * 8 + part];
      const float Bs[4] = {B.x, B.y, B.z, B.w};
#pragma unroll
      for (int n = 0; n < 4; n++) h[t + 1][n] = exp2f(delta * a[n]) * h[t][n] + dx * Bs[n];
    }
#pragma unroll
    for (int t = STEPS - 1; t >= 0; t--) {
      const int s = t * CHANNELS + local;
      const float delta = deltas[s], xv = xs[s], gy = dys[s], dx = delta * xv;
      const float4 B = bc[t * 8 + part], C = bc[t * 8 + 4 + part];
      const float Bs[4] = {B.x, B.y, B.z, B.w}, Cs[4] = {C.x, C.y, C.z, C.w};
      float v[8];  // dB (4) and dC (4) of this thread's states
      float gx = 0.f, gdelta = 0.f;
#pragma unroll
      for (int n = 0; n < 4; n++) {
        const float gh = g[n] + gy * Cs[n], decay = exp2f(delta * a[n]), ghh = gh * decay * h[t][n];
        v[n] = gh * dx;
        v[4 + n] = gy * h[t + 1][n];
        gx += gh * Bs[n];
        gdelta += a[n] * ghh;
        da[n] += delta * ghh;
        g[n] = gh * decay;
      }
      gdelta = gdelta * LN2 + gx * xv;
      gx *= delta;
      gx += __shfl_xor_sync(~0u, gx, 1);
      gdelta += __shfl_xor_sync(~0u, gdelta, 1);
      gx += __shfl_xor_sync(~0u, gx, 2);
      gdelta += __shfl_xor_sync(~0u, gdelta, 2);
      // Sum v over the warp's 8 channels (lane bits 2, 3, 4) and scatter: each lane ends with one of the 32 sums.
      const bool upper16 = lane & 16, upper8 = lane & 8, upper4 = lane & 4;
#pragma unroll
      for (int n = 0; n < 4; n++) {
        const float send = upper16 ? v[n] : v[4 + n], keep = upper16 ? v[4 + n] : v[n];
        v[n] = keep + __shfl_xor_sync(~0u, send, 16);
      }
#pragma unroll
      for (int n = 0; n < 2; n++) {
        const float send = upper8 ? v[n] : v[2 + n], keep = upper8 ? v[2 + n] : v[n];
        v[n] = keep + __shfl_xor_sync(~0u, send, 8);
      }
      {
        const float send = upper4 ? v[0] : v[1], keep = upper4 ? v[1] : v[0];
        v[0] = keep + __shfl_xor_sync(~0u, send, 4);
      }
      partial[(warp * STEPS + t) * 2 * N + (upper16 ? N : 0) + part * 4 + (upper8 ? 2 : 0) + (upper4 ? 1 : 0)] = v[0];
      if (part == 0) {  // the tiles of x and delta are read no more: they carry the gradients out
        const float gdt = gdelta * (1.f - __expf(-delta));  // softplus' = 1 - exp(-softplus)
        sum_skip += gy * xv;
        sum_bias += gdt;
        xs[s] = gx + gy * channel_skip;
        deltas[s] = gdt;
      }
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < STEPS / LANES; i++) {
      const int t = thread / CHANNELS + i * LANES, s = t * CHANNELS + column;
      const long o = (row + t) * E + e0 + column;
      dx_out[o] = __float2bfloat16(xs[s]);
      ddt_out[o] = __float2bfloat16(deltas[s]);
    }
#pragma unroll
    for (int i = 0; i < STEPS * 2 * N / BACKWARD_THREADS; i++) {
      const int k = thread + i * BACKWARD_THREADS;
      float sum = 0.f;
#pragma unroll
      for (int w = 0; w < WARPS; w++) sum += partial[w * STEPS * 2 * N + k];
      atomicAdd(dBC + row * 2 * N + k, sum);
    }
  }
#pragma unroll
  for (int n = 0; n < 4; n++) atomicAdd(dA2 + (long)e * N + part * 4 + n, da[n]);
  if (part == 0) { atomicAdd(dskip + e, sum_skip); atomicAdd(dbias + e, sum_bias); }
}

extern "C" int scan_forward(const bf16* x, const bf16* dt, const float* bias, const float* A2, const float* BC,
                            const float* skip, bf16* y, float* saved, int Z, int T, int E, cudaStream_t stream) {
  forward_kernel<<<dim3(E / CHANNELS, Z), CHANNELS, 0, stream>>>(x, dt, bias, A2, BC, skip, y, saved, T, E);
  return (int)cudaGetLastError();
}

extern "C" int scan_backward(const bf16* x, const bf16* dt, const float* bias, const float* A2, const float* BC,
                             const float* skip, const bf16* dy, const float* saved, bf16* dx, bf16* ddt, float* dBC,
                             float* dA2, float* dskip, float* dbias, int Z, int T, int E, cudaStream_t stream) {
  backward_kernel<<<dim3(E / CHANNELS, Z), BACKWARD_THREADS, 0, stream>>>(x, dt, bias, A2, BC, skip, dy, saved, dx, ddt,
                                                                          dBC, dA2, dskip, dbias, T, E);
  return (int)cudaGetLastError();
}
