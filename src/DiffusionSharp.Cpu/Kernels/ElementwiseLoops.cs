using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Runs one element-wise operation over a block that lies in the first-level cache.</summary>
internal static unsafe class ElementwiseLoops
{
    /// <summary>An operand: a block, or one number for the whole block.</summary>
    internal readonly struct Operand(float* address, bool isNumber)
    {
        public readonly float* Address = address;
        public readonly bool IsNumber = isNumber;
    }

    /// <summary>Applies an operation to n elements; the result may lie on an operand.</summary>
    public static void Run(ElementwiseCode code, Operand x, Operand y, float* result, int n)
    {
        switch (code)
        {
            case ElementwiseCode.Add: Binary<AddOperator>(x, y, result, n); break;
            case ElementwiseCode.Subtract: Binary<SubtractOperator>(x, y, result, n); break;
            case ElementwiseCode.Multiply: Binary<MultiplyOperator>(x, y, result, n); break;
            case ElementwiseCode.Divide: Binary<DivideOperator>(x, y, result, n); break;
            case ElementwiseCode.Maximum: Binary<MaximumOperator>(x, y, result, n); break;
            case ElementwiseCode.Minimum: Binary<MinimumOperator>(x, y, result, n); break;
            case ElementwiseCode.Greater: Binary<GreaterOperator>(x, y, result, n); break;
            case ElementwiseCode.Equal: Binary<EqualOperator>(x, y, result, n); break;
            case ElementwiseCode.SiluGradient: Binary<SiluGradientOperator>(x, y, result, n); break;
            case ElementwiseCode.Negate: Unary<NegateOperator>(x, result, n); break;
            case ElementwiseCode.Exp: Unary<ExpOperator>(x, result, n); break;
            case ElementwiseCode.Log: Unary<LogOperator>(x, result, n); break;
            case ElementwiseCode.Sqrt: Unary<SqrtOperator>(x, result, n); break;
            case ElementwiseCode.Rsqrt: Unary<RsqrtOperator>(x, result, n); break;
            case ElementwiseCode.Square: Unary<SquareOperator>(x, result, n); break;
            case ElementwiseCode.Reciprocal: Unary<ReciprocalOperator>(x, result, n); break;
            case ElementwiseCode.Abs: Unary<AbsOperator>(x, result, n); break;
            case ElementwiseCode.Sign: Unary<SignOperator>(x, result, n); break;
            case ElementwiseCode.Tanh: Unary<TanhOperator>(x, result, n); break;
            case ElementwiseCode.Sigmoid: Unary<SigmoidOperator>(x, result, n); break;
            case ElementwiseCode.Silu: Unary<SiluOperator>(x, result, n); break;
            case ElementwiseCode.Relu: Unary<ReluOperator>(x, result, n); break;
            case ElementwiseCode.Erf: Unary<ErfOperator>(x, result, n); break;
            case ElementwiseCode.Softplus: Unary<SoftplusOperator>(x, result, n); break;

            case ElementwiseCode.Sin: Wave<SinOperator>(x, result, n, cosine: false); break;
            case ElementwiseCode.Cos: Wave<CosOperator>(x, result, n, cosine: true); break;
            case ElementwiseCode.Pow:
                Power(x, y, result, n);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(code), code, "ElementwiseChain: not an operation.");
        }
    }

    /// <summary>Puts an operand into a block.</summary>
    public static void Fill(Operand x, float* result, int n)
    {
        if (x.IsNumber) new Span<float>(result, n).Fill(*x.Address);
        else if (x.Address != result) new ReadOnlySpan<float>(x.Address, n).CopyTo(new Span<float>(result, n));
    }

    // Past 10⁵ radians the reduction of a float runs out of digits; such elements, of no use in a network, go through double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wave<TOperator>(Operand x, float* result, int n, bool cosine)
        where TOperator : struct, IUnaryOperator
    {
        var length = x.IsNumber ? 1 : n;
        if (TensorPrimitives.MaxMagnitude(new ReadOnlySpan<float>(x.Address, length)) <= 1e5f)
        {
            Unary<TOperator>(x, result, n);
            return;
        }

        for (var i = 0; i < length; i++)
        {
            if (MathF.Abs(x.Address[i]) <= 1e5f) TOperator.Apply(Lanes1.Load(x.Address + i)).Store(result + i);
            else result[i] = (float)(cosine ? Math.Cos(x.Address[i]) : Math.Sin(x.Address[i]));
        }

        if (x.IsNumber) new Span<float>(result, n).Fill(*result);
    }

    private static void Power(Operand x, Operand y, float* result, int n)
    {
        var destination = new Span<float>(result, n);
        if (y.IsNumber)
        {
            Fill(x, result, n);
            TensorPrimitives.Pow(destination, *y.Address, destination);
        }
        else if (x.IsNumber) TensorPrimitives.Pow(*x.Address, new ReadOnlySpan<float>(y.Address, n), destination);
        else TensorPrimitives.Pow(new ReadOnlySpan<float>(x.Address, n), new ReadOnlySpan<float>(y.Address, n), destination);
    }

    private static void Unary<TOperator>(Operand x, float* result, int n)
        where TOperator : struct, IUnaryOperator
    {
        if (x.IsNumber)
        {
            TOperator.Apply(Lanes1.Load(x.Address)).Store(result);
            new Span<float>(result, n).Fill(*result);
            return;
        }

        var i = 0;
        if (Vector512.IsHardwareAccelerated) i = Unary<TOperator, Lanes16>(x.Address, result, i, n);
        if (Vector256.IsHardwareAccelerated && i < n) i = Unary<TOperator, Lanes8>(x.Address, result, i, n);
        if (i < n) Unary<TOperator, Lanes1>(x.Address, result, i, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Unary<TOperator, T>(float* x, float* result, int i, int n)
        where TOperator : struct, IUnaryOperator
        where T : struct, ILanes<T>
    {
        for (; i <= n - T.Count; i += T.Count) TOperator.Apply(T.Load(x + i)).Store(result + i);
        return i;
    }

    private static void Binary<TOperator>(Operand x, Operand y, float* result, int n)
        where TOperator : struct, IBinaryOperator
    {
        if (x.IsNumber && y.IsNumber)
        {
            TOperator.Apply(Lanes1.Load(x.Address), Lanes1.Load(y.Address)).Store(result);
            new Span<float>(result, n).Fill(*result);
            return;
        }

        var i = 0;
        if (Vector512.IsHardwareAccelerated) i = Binary<TOperator, Lanes16>(x, y, result, i, n);
        if (Vector256.IsHardwareAccelerated && i < n) i = Binary<TOperator, Lanes8>(x, y, result, i, n);
        if (i < n) Binary<TOperator, Lanes1>(x, y, result, i, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Binary<TOperator, T>(Operand x, Operand y, float* result, int i, int n)
        where TOperator : struct, IBinaryOperator
        where T : struct, ILanes<T>
    {
        var left = x.Address;
        var right = y.Address;
        if (x.IsNumber)
        {
            var number = T.Of(*left);
            for (; i <= n - T.Count; i += T.Count) TOperator.Apply(number, T.Load(right + i)).Store(result + i);
        }
        else if (y.IsNumber)
        {
            var number = T.Of(*right);
            for (; i <= n - T.Count; i += T.Count) TOperator.Apply(T.Load(left + i), number).Store(result + i);
        }
        else
        {
            for (; i <= n - T.Count; i += T.Count) TOperator.Apply(T.Load(left + i), T.Load(right + i)).Store(result + i);
        }

        return i;
    }
}
