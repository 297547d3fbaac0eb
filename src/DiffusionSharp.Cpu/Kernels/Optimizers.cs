using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The optimizer's pass over the weights, fused with the moving average, and the norm that clipping needs.</summary>
internal static unsafe class Optimizers
{
    private const int TileLength = 16384, TileLimit = 1024, LaneTerms = 64;

    /// <summary>Σ x², in float32 lanes of at most 64 terms joined in double in a fixed order.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> x, Parallelism p)
    {
        var partials = stackalloc double[TileLimit];
        fixed (float* px = x)
        {
            var tile = Math.Max(TileLength, Tiling.Ceiling(x.Length, TileLimit));
            var body = new SquaresBody(px, x.Length, tile, partials);
            var tiles = Tiling.Ceiling(x.Length, tile);
            p.For(tiles, ref body);
            double total = 0;
            for (var i = 0; i < tiles; i++) total += partials[i];
            return total;
        }
    }

    /// <summary>One step of AdamW (or Adam), and of the moving average of the weights.</summary>
    /// <remarks>
    /// <code>
    /// g = scale · g  (+ λ p, when not decoupled)         p ← p (1 − η λ)  (when decoupled)
    /// m ← m + (1 − β₁)(g − m)                             v ← β₂ v + (1 − β₂) g²
    /// p ← p − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)      a ← a − (1 − d)(a − p)
    /// </code>
    /// Loshchilov and Hutter 2019, arXiv:1711.05101, Algorithm 2; Kingma and Ba 2015, arXiv:1412.6980. Rounded in the order of torch.optim.AdamW.
    /// </remarks>
    /// <param name="parameter">Weights p, updated.</param>
    /// <param name="gradient">Gradient g, as long.</param>
    /// <param name="firstMoment">m, updated; zeros before step 1.</param>
    /// <param name="secondMoment">v, updated; zeros before step 1.</param>
    /// <param name="average">Moving average a of the weights, updated; may be empty.</param>
    /// <param name="step">The numbers of the step.</param>
    /// <param name="p">The threads.</param>
    public static void AdamW(
        Span<float> parameter,
        ReadOnlySpan<float> gradient,
        Span<float> firstMoment,
        Span<float> secondMoment,
        Span<float> average,
        in AdamWStep step,
        Parallelism p)
    {
        Guard.Length("AdamW", nameof(gradient), gradient.Length, parameter.Length);
        Guard.Length("AdamW", nameof(firstMoment), firstMoment.Length, parameter.Length);
        Guard.Length("AdamW", nameof(secondMoment), secondMoment.Length, parameter.Length);
        if (average.Length != 0) Guard.Length("AdamW", nameof(average), average.Length, parameter.Length);
        if (parameter.Length == 0) return;
        fixed (float* pp = parameter, pg = gradient, pm = firstMoment, pv = secondMoment, pa = average)
        {
            var body = new StepBody(pp, pg, pm, pv, pa, parameter.Length, step);
            p.For(Tiling.Ceiling(parameter.Length, TileLength), ref body);
        }
    }

    /// <summary>sum ← sum + x, or sum ← x: gradients of the parts of a batch, one after another.</summary>
    /// <param name="sum">Changed.</param>
    /// <param name="x">As long.</param>
    /// <param name="replace">Whether x is the first part.</param>
    /// <param name="p">The threads.</param>
    public static void Accumulate(Span<float> sum, ReadOnlySpan<float> x, bool replace, Parallelism p)
    {
        Guard.Length("Accumulate", nameof(x), x.Length, sum.Length);
        if (sum.Length == 0) return;
        fixed (float* ps = sum, px = x)
        {
            var body = new AddBody(ps, px, sum.Length, replace);
            p.For(Tiling.Ceiling(sum.Length, TileLength), ref body);
        }
    }

    /// <summary>a ← a − w (a − p): a moving average of the weights, as <see cref="AdamW"/> does in its own pass, to the bit.</summary>
    /// <param name="average">a, updated.</param>
    /// <param name="parameter">Weights p after their step, as long.</param>
    /// <param name="weight">w = 1 − decay, in (0, 1].</param>
    /// <param name="p">The threads.</param>
    public static void Average(Span<float> average, ReadOnlySpan<float> parameter, double weight, Parallelism p)
    {
        Guard.Length("Average", nameof(parameter), parameter.Length, average.Length);
        if (average.Length == 0) return;
        fixed (float* pa = average, pp = parameter)
        {
            var body = new AverageBody(pa, pp, average.Length, (float)-weight);
            p.For(Tiling.Ceiling(average.Length, TileLength), ref body);
        }
    }

    private readonly struct AddBody(float* sum, float* x, int length, bool replace) : ITileBody
    {
        public void Run(int tile)
        {
            var i = tile * TileLength;
            var end = Math.Min(i + TileLength, length);
            if (replace)
            {
                new ReadOnlySpan<float>(x + i, end - i).CopyTo(new Span<float>(sum + i, end - i));
                return;
            }

            if (Vector512.IsHardwareAccelerated) i = Add<Lanes16>(i, end);
            if (Vector256.IsHardwareAccelerated && i < end) i = Add<Lanes8>(i, end);
            if (i < end) Add<Lanes1>(i, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Add<T>(int i, int end)
            where T : struct, ILanes<T>
        {
            for (; i <= end - T.Count; i += T.Count) (T.Load(sum + i) + T.Load(x + i)).Store(sum + i);
            return i;
        }
    }

    private readonly struct AverageBody(float* average, float* parameter, int length, float minusWeight) : ITileBody
    {
        public void Run(int tile)
        {
            var i = tile * TileLength;
            var end = Math.Min(i + TileLength, length);
            if (Vector512.IsHardwareAccelerated) i = Move<Lanes16>(i, end);
            if (Vector256.IsHardwareAccelerated && i < end) i = Move<Lanes8>(i, end);
            if (i < end) Move<Lanes1>(i, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Move<T>(int i, int end)
            where T : struct, ILanes<T>
        {
            var weight = T.Of(minusWeight);
            for (; i <= end - T.Count; i += T.Count)
            {
                var a = T.Load(average + i);
                T.Fma(weight, a - T.Load(parameter + i), a).Store(average + i);
            }

            return i;
        }
    }

    private readonly struct SquaresBody(float* x, int length, int tileLength, double* partials) : ITileBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var start = tile * tileLength;
            var end = Math.Min(start + tileLength, length);
            double total = 0;
            if (Vector512.IsHardwareAccelerated) start = Squares<Lanes16>(start, end, ref total);
            if (Vector256.IsHardwareAccelerated && start < end) start = Squares<Lanes8>(start, end, ref total);
            for (; start < end; start++) total += (double)x[start] * x[start];
            partials[tile] = total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Squares<T>(int i, int end, ref double total)
            where T : struct, ILanes<T>
        {
            while (i <= end - (4 * T.Count))
            {
                var stop = Math.Min(end - (4 * T.Count), i + ((LaneTerms - 1) * 4 * T.Count));
                var (s0, s1, s2, s3) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
                for (; i <= stop; i += 4 * T.Count)
                {
                    var (x0, x1, x2, x3) = (T.Load(x + i), T.Load(x + i + T.Count), T.Load(x + i + (2 * T.Count)), T.Load(x + i + (3 * T.Count)));
                    s0 = T.Fma(x0, x0, s0);
                    s1 = T.Fma(x1, x1, s1);
                    s2 = T.Fma(x2, x2, s2);
                    s3 = T.Fma(x3, x3, s3);
                }

                total += T.Sum((s0 + s1) + (s2 + s3));
            }

            return i;
        }
    }

    private readonly struct StepBody(float* parameter, float* gradient, float* first, float* second, float* average, int length, AdamWStep step) : ITileBody
    {
        public void Run(int tile)
        {
            var i = tile * TileLength;
            var end = Math.Min(i + TileLength, length);
            if (Vector512.IsHardwareAccelerated) i = Step<Lanes16>(i, end);
            if (Vector256.IsHardwareAccelerated && i < end) i = Step<Lanes8>(i, end);
            if (i < end) Step<Lanes1>(i, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Step<T>(int i, int end)
            where T : struct, ILanes<T>
        {
            var scale = T.Of((float)step.GradientScale);
            var shrink = T.Of(step.Decoupled ? (float)(1 - (step.Rate * step.WeightDecay)) : 1);
            var decay = T.Of(step.Decoupled ? 0 : (float)step.WeightDecay);
            var weight1 = T.Of((float)(1 - step.Beta1));
            var beta2 = T.Of((float)step.Beta2);
            var weight2 = T.Of((float)(1 - step.Beta2));
            var root2 = T.Of((float)Math.Sqrt(step.BiasCorrection2));
            var epsilon = T.Of((float)step.Epsilon);
            var rate = T.Of((float)(-step.Rate / step.BiasCorrection1));
            var averageWeight = T.Of((float)-step.AverageWeight);
            var (decoupled, averaged) = (step.Decoupled, average != null);
            for (; i <= end - T.Count; i += T.Count)
            {
                var p = T.Load(parameter + i);
                var g = T.Load(gradient + i) * scale;
                if (decoupled) p *= shrink;
                else g = T.Fma(decay, p, g);
                var m = T.Load(first + i);
                m = T.Fma(weight1, g - m, m);
                var v = T.Fma(weight2 * g, g, beta2 * T.Load(second + i));
                p += rate * m / ((T.Sqrt(v) / root2) + epsilon);
                m.Store(first + i);
                v.Store(second + i);
                p.Store(parameter + i);
                if (!averaged) continue;
                var a = T.Load(average + i);
                T.Fma(averageWeight, a - p, a).Store(average + i);
            }

            return i;
        }
    }
}
