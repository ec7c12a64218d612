// The scan of scan.cu on a CPU: the same functions over the same tensors (scan.cu has the shapes), 16 channels in a vector.
// The recurrence runs over time in registers and cache, so nothing of size T x E x N is ever written.
#include <cstdint>
#include <cstring>
#include <vector>

typedef float Floats __attribute__((vector_size(64)));
typedef int32_t Ints __attribute__((vector_size(64)));
typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));

constexpr int N = 16;      // states a channel
constexpr int STEPS = 16;  // steps between saved states; the backward pass recomputes the ones between
constexpr int WIDTH = 16;  // channels a vector
constexpr int CHANNELS = 64;  // channels that a thread takes together, so that it reads whole cache lines
constexpr float LN2 = 0.69314718056f, LOG2_E = 1.44269504089f;

static inline Floats load(const float* from) { Floats v; memcpy(&v, from, sizeof v); return v; }
static inline void store(float* to, Floats v) { memcpy(to, &v, sizeof v); }
static inline Floats load(const uint16_t* from) {
  Halves v;
  memcpy(&v, from, sizeof v);
  return (Floats)(__builtin_convertvector(v, Words) << 16);
}
// To the nearest, to even where two are as near.
static inline void store(uint16_t* to, Floats v) {
  const Words bits = (Words)v;
  const Halves out = __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, Halves);
  memcpy(to, &out, sizeof out);
}

// 2^v for v <= 0, to 2e-7 of itself: the whole part goes into the exponent, the rest is a polynomial.
static inline Floats exp2_below(Floats v) {
  v = v > -126.f ? v : Floats{} - 126.f;
  const Floats magic = Floats{} + 12582912.f;  // 1.5 * 2^23: the sum has no fraction
  const Floats rounded = v + magic, f = v - (rounded - magic);
  const Floats p = 1.f + f * (0.693147182f + f * (0.240226462f + f * (0.0555033244f + f * (0.00961817123f + f * 0.00133789342f))));
  return (Floats)((Ints)p + ((Ints)rounded << 23));
}

// log(1 + e^v) = max(v, 0) + 2 atanh(u / (2 + u)) with u = e^-|v|
static inline Floats softplus(Floats v) {
  const Floats size = v > 0.f ? v : -v, u = exp2_below(size * -LOG2_E), s = u / (u + 2.f), q = s * s;
  const Floats series = 1.f + q * (1.f / 3 + q * (1.f / 5 + q * (1.f / 7 + q * (1.f / 9 + q * (1.f / 11 + q * (1.f / 13))))));
  return (v > 0.f ? v : Floats{}) + 2.f * s * series;
}

// A (E, N) as vectors of 16 channels: (E / WIDTH, N).
static std::vector<Floats> by_vector(const float* A2, int E) {
  std::vector<Floats> out(E / WIDTH * N);
  for (int e = 0; e < E; e++)
    for (int n = 0; n < N; n++) out[e / WIDTH * N + n][e % WIDTH] = A2[(long)e * N + n];
  return out;
}

// STEPS steps of WIDTH channels from the state h (N).
static void forward_chunk(Floats* h, long row, int e, const uint16_t* x, const uint16_t* dt, const float* bias, const Floats* a,
                          const float* BC, const float* skip, uint16_t* y, float* saved, int E) {
  const Floats channel_bias = load(bias + e), channel_skip = load(skip + e);
  // The order of `saved` is this file's own: (Z, T / STEPS, E / WIDTH, N, WIDTH).
  memcpy(saved + (row / STEPS * E + e) * N, h, N * sizeof *h);
  for (int t = 0; t < STEPS; t++) {
    const long at = (row + t) * E + e;
    const float *B = BC + (row + t) * 2 * N, *C = B + N;
    const Floats input = load(x + at), delta = softplus(load(dt + at) + channel_bias), dx = delta * input;
    Floats sum = channel_skip * input;
    for (int n = 0; n < N; n++) {
      h[n] = exp2_below(delta * a[n]) * h[n] + dx * B[n];
      sum += h[n] * C[n];
    }
    store(y + at, sum);
  }
}

extern "C" int scan_forward(const uint16_t* x, const uint16_t* dt, const float* bias, const float* A2, const float* BC,
                            const float* skip, uint16_t* y, float* saved, int Z, int T, int E, void*) {
  const std::vector<Floats> A = by_vector(A2, E);
#pragma omp parallel for collapse(2)
  for (int z = 0; z < Z; z++)
    for (int first = 0; first < E; first += CHANNELS) {
      Floats h[CHANNELS / WIDTH][N] = {};
      for (long row = (long)z * T; row < (long)(z + 1) * T; row += STEPS)
        for (int e = first; e < first + CHANNELS; e += WIDTH)
          forward_chunk(h[(e - first) / WIDTH], row, e, x, dt, bias, &A[e / WIDTH * N], BC, skip, y, saved, E);
    }
  return 0;
}

// One sequence. Chunks run backwards; inside one, states are recomputed forwards. g = dLoss/dh is carried from the step after.
struct Backward {
  const int T, E;
  std::vector<Floats> g, da, dskip, dbias;
  Backward(int T, int E) : T(T), E(E), g(E / WIDTH * N), da(E / WIDTH * N), dskip(E / WIDTH), dbias(E / WIDTH) {}

  void sequence(long z, const uint16_t* x, const uint16_t* dt, const float* bias, const Floats* A, const float* BC,
                const float* skip, const uint16_t* dy, const float* saved, uint16_t* dx_out, uint16_t* ddt_out, float* dBC) {
    g.assign(g.size(), Floats{});
    for (long chunk = T / STEPS - 1; chunk >= 0; chunk--) {
      const long row = z * T + chunk * STEPS;
      Floats sums[STEPS][2 * N] = {};  // dB and dC, a sum a lane of the vectors
      for (int block = 0; block < E / WIDTH; block++) {
        const int e = block * WIDTH;
        const Floats *a = A + block * N, channel_bias = load(bias + e), channel_skip = load(skip + e);
        Floats input[STEPS], delta[STEPS], dx[STEPS], gy[STEPS], gx[STEPS] = {}, gdelta[STEPS] = {};
        for (int t = 0; t < STEPS; t++) {
          const long at = (row + t) * E + e;
          input[t] = load(x + at);
          delta[t] = softplus(load(dt + at) + channel_bias);
          dx[t] = delta[t] * input[t];
          gy[t] = load(dy + at);
        }
        const float *B = BC + row * 2 * N, *C = B + N;
        // State by state, so that what a state needs stays in the nearest cache.
        for (int n = 0; n < N; n++) {
          Floats h[STEPS + 1], decay[STEPS];
          h[0] = load(saved + ((row / STEPS) * E + e) * N + n * WIDTH);
          for (int t = 0; t < STEPS; t++) {
            decay[t] = exp2_below(delta[t] * a[n]);
            h[t + 1] = decay[t] * h[t] + dx[t] * B[t * 2 * N + n];
          }
          Floats carried = g[block * N + n], sum = {};
          for (int t = STEPS - 1; t >= 0; t--) {
            const Floats gh = carried + gy[t] * C[t * 2 * N + n];
            carried = gh * decay[t];
            const Floats ghh = carried * h[t];
            sums[t][n] += gh * dx[t];
            sums[t][N + n] += gy[t] * h[t + 1];
            gx[t] += gh * B[t * 2 * N + n];
            gdelta[t] += a[n] * ghh;
            sum += delta[t] * ghh;
          }
          g[block * N + n] = carried;
          da[block * N + n] += sum;
        }
        for (int t = 0; t < STEPS; t++) {
          const long at = (row + t) * E + e;
          const Floats gdt = (gdelta[t] * LN2 + gx[t] * input[t]) * (1.f - exp2_below(delta[t] * -LOG2_E));  // softplus' = 1 - exp(-softplus)
          dskip[block] += gy[t] * input[t];
          dbias[block] += gdt;
          store(dx_out + at, gx[t] * delta[t] + gy[t] * channel_skip);
          store(ddt_out + at, gdt);
        }
      }
      for (int t = 0; t < STEPS; t++)
        for (int k = 0; k < 2 * N; k++) {
          float sum = 0;
          for (int i = 0; i < WIDTH; i++) sum += sums[t][k][i];
          dBC[(row + t) * 2 * N + k] = sum;
        }
    }
  }
};

extern "C" int scan_backward(const uint16_t* x, const uint16_t* dt, const float* bias, const float* A2, const float* BC,
                             const float* skip, const uint16_t* dy, const float* saved, uint16_t* dx, uint16_t* ddt, float* dBC,
                             float* dA2, float* dskip, float* dbias, int Z, int T, int E, void*) {
  const std::vector<Floats> A = by_vector(A2, E);
#pragma omp parallel
  {
    Backward own(T, E);
#pragma omp for
    for (int z = 0; z < Z; z++) own.sequence(z, x, dt, bias, A.data(), BC, skip, dy, saved, dx, ddt, dBC);
#pragma omp critical
    for (int e = 0; e < E; e++) {
      for (int n = 0; n < N; n++) dA2[(long)e * N + n] += own.da[e / WIDTH * N + n][e % WIDTH];
      dskip[e] += own.dskip[e / WIDTH][e % WIDTH];
      dbias[e] += own.dbias[e / WIDTH][e % WIDTH];
    }
  }
  return 0;
}
