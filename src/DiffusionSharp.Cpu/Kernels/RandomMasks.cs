using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Random masks for training.</summary>
internal static unsafe class RandomMasks
{
    private const int TileLength = 8192;

    /// <summary>Fills with 0, with probability <paramref name="rate"/>, or 1/(1 − rate): the factor of dropout.</summary>
    /// <remarks>Srivastava et al. 2014, scaled while training. Element i takes word i mod 4 of block ⌊i/4⌋ of the stream, whatever the threads.</remarks>
    /// <param name="y">The mask.</param>
    /// <param name="rng">A stream used for nothing else.</param>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <param name="p">The threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">rate is outside [0, 1).</exception>
    public static void Dropout(Span<float> y, Rng rng, float rate, Parallelism p)
    {
        if (!(rate >= 0 && rate < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "Dropout: the rate must lie in [0, 1).");
        if (y.Length == 0) return;
        fixed (float* py = y)
        {
            var body = new Body(py, y.Length, rng.Key, (uint)(rate * 4294967296.0), 1 / (1 - rate));
            p.For(Tiling.Ceiling(y.Length, TileLength), ref body);
        }
    }

    private readonly struct Body(float* y, int length, ulong key, uint threshold, float kept) : ITileBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var (key0, key1) = ((uint)key, (uint)(key >> 32));
            var end = Math.Min((tile + 1) * TileLength, length);
            var i = tile * TileLength;
            if (Avx2.IsSupported)
                for (; i <= end - 16; i += 16) FourBlocks(y + i, (uint)i >> 2, key0, key1);
            for (; i < end; i += 4)
            {
                var (x0, x1, x2, x3) = Rng.Philox((uint)i >> 2, 0, 0, 0, key0, key1);
                y[i] = x0 < threshold ? 0 : kept;
                if (i + 1 < end) y[i + 1] = x1 < threshold ? 0 : kept;
                if (i + 2 < end) y[i + 2] = x2 < threshold ? 0 : kept;
                if (i + 3 < end) y[i + 3] = x3 < threshold ? 0 : kept;
            }
        }

        // Four Philox blocks side by side, each word in the low half of a 64-bit lane, where one instruction multiplies 32 by 32 bits to 64.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void FourBlocks(float* target, uint block, uint key0, uint key1)
        {
            var low = Vector256.Create(0xFFFFFFFFUL);
            var c0 = Vector256.Create((ulong)block) + Vector256.Create(0UL, 1UL, 2UL, 3UL);
            var (c1, c2, c3) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero);
            var (multiplier0, multiplier1) = (Vector256.Create((ulong)Rng.Multiplier0).AsUInt32(), Vector256.Create((ulong)Rng.Multiplier1).AsUInt32());
            for (var round = 0; round < 10; round++)
            {
                var product0 = Avx2.Multiply(multiplier0, c0.AsUInt32());
                var product1 = Avx2.Multiply(multiplier1, c2.AsUInt32());
                c0 = (product1 >> 32) ^ c1 ^ Vector256.Create((ulong)key0);
                c1 = product1 & low;
                c2 = (product0 >> 32) ^ c3 ^ Vector256.Create((ulong)key1);
                c3 = product0 & low;
                key0 += Rng.Weyl0;
                key1 += Rng.Weyl1;
            }

            // Blocks side by side become words in the order of positions.
            var first = c0 | (c1 << 32);
            var second = c2 | (c3 << 32);
            var even = Avx2.UnpackLow(first, second);
            var odd = Avx2.UnpackHigh(first, second);
            Choose(Avx2.Permute2x128(even, odd, 0x20).AsUInt32()).Store(target);
            Choose(Avx2.Permute2x128(even, odd, 0x31).AsUInt32()).Store(target + 8);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<float> Choose(Vector256<uint> words) =>
            Vector256.ConditionalSelect(Vector256.LessThan(words, Vector256.Create(threshold)).AsSingle(), Vector256<float>.Zero, Vector256.Create(kept));
    }
}
