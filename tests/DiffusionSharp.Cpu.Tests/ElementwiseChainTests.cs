using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;
using static DiffusionSharp.Graphs.Operations.ElementwiseCode;

namespace DiffusionSharp.Cpu.Tests;

public sealed class ElementwiseChainTests
{
    public static TheoryData<ElementwiseCode> Codes => new(Enum.GetValues<ElementwiseCode>());

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_operation_agrees_with_double_at_every_short_length(ElementwiseCode code)
    {
        for (var n = 0; n <= 256; n++)
        {
            var (x, y) = (Inputs(code, n, 1), Inputs(code, n, 2));
            if (code == Equal && n > 3) y[3] = x[3];
            var result = Run([n], [[n], [n]], [new(code, 0, 1, 0)], Parallelism.Single, x, y);
            for (var i = 0; i < n; i++) Near(Exact(code, x[i], y[i]), result[i], $"{code}({x[i]}, {y[i]})");
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void An_element_gets_the_same_bits_wherever_it_stands(ElementwiseCode code)
    {
        var (x, y) = (Inputs(code, 100, 3), Inputs(code, 100, 4));
        var whole = Run([100], [[100], [100]], [new(code, 0, 1, 0)], Parallelism.Single, x, y);
        for (var i = 0; i < 100; i++)
            Assert.Equal(Bits(whole[i]), Bits(Run([1], [[1], [1]], [new(code, 0, 1, 0)], Parallelism.Single, x[i..(i + 1)], y[i..(i + 1)])[0]));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Special_values_follow_the_mathematics_in_and_outside_a_vector(ElementwiseCode code)
    {
        float[] specials = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -1e-40f, 1e30f, -1e30f, 100, -100, 88.8f, 1, -1];
        foreach (var left in specials)
        {
            foreach (var right in specials)
            {
                var x = Enumerable.Repeat(left, 19).ToArray();
                var y = Enumerable.Repeat(right, 19).ToArray();
                var result = Run([19], [[19], [19]], [new(code, 0, 1, 0)], Parallelism.Single, x, y);
                var exact = Exact(code, left, right);

                // At infinity x·σ(x) is a product with 0; and the slope of a huge x has no digits to promise.
                if (code is Silu or SiluGradient && (float.IsInfinity(left) || float.IsInfinity(right) || Math.Abs(left) > 1e20)) continue;
                if (code is Sin or Cos && Math.Abs(left) > 1e20) continue;
                foreach (var r in (float[])[result[0], result[17], result[18]]) Near(exact, r, $"{code}({left}, {right})");
            }
        }
    }

    [Theory]
    [InlineData(Exp, -87, 88)]
    [InlineData(Log, 1e-6, 1e3)]
    [InlineData(Log, 0.5, 2)]
    [InlineData(Tanh, -10, 10)]
    [InlineData(Tanh, -1e-3, 1e-3)]
    [InlineData(Sigmoid, -80, 80)]
    [InlineData(Erf, -4, 4)]
    [InlineData(Erf, -1e-3, 1e-3)]
    [InlineData(Softplus, -80, 80)]
    [InlineData(Sin, -1000, 1000)]
    [InlineData(Cos, -1000, 1000)]
    public void Functions_hold_their_accuracy_over_their_range(ElementwiseCode code, double low, double high)
    {
        var n = code == Erf ? 5_000 : 100_000;
        var x = Enumerable.Range(0, n).Select(i => (float)(low + ((high - low) * i / (n - 1)))).ToArray();
        var result = Run([n], [[n]], [new(code, 0, 0, 0)], Parallelism.Single, x);
        for (var i = 0; i < n; i++)
        {
            var exact = Exact(code, x[i], 0);
            var absolute = code is Sin or Cos;
            var bound = code == Log ? 4e-7 * Math.Max(Math.Abs(exact), 1e-7) + (Math.Abs(exact) < 0.5 ? 0 : 1e-7) : 4e-7 * (absolute ? 1 : Math.Abs(exact));
            Assert.True(Math.Abs(result[i] - exact) <= bound, $"{code}({x[i]}) = {result[i]}, exactly {exact}.");
        }
    }

    [Fact]
    public void Exp_of_zero_is_one_and_tanh_of_zero_is_zero_exactly()
    {
        Assert.Equal(1f, Run([17], [[17]], [new(Exp, 0, 0, 0)], Parallelism.Single, new float[17])[3]);
        Assert.Equal(0f, Run([17], [[17]], [new(Tanh, 0, 0, 0)], Parallelism.Single, new float[17])[3]);
    }

    // One row for every way that an input can lie: full, row, channel, per sample and channel, column, number, middle axis.
    public static TheoryData<int[], int[]> Layouts => new()
    {
        { [64, 16, 16, 32], [32] },
        { [64, 16, 16, 32], [64, 1, 1, 32] },
        { [5, 7, 3, 33], [5, 1, 1, 33] },
        { [3, 50, 50, 3], [3] },
        { [3, 50, 50, 3], [3, 1, 1, 1] },
        { [40, 5000], [40, 1] },
        { [40, 5000], [5000] },
        { [2, 3, 4, 5, 6], [3, 1, 5, 1] },
        { [2, 300, 40], [300, 1] },
        { [7, 9], [1, 1] },
        { [7, 9], [] },
        { [1, 1], [] },
        { [], [] },
        { [100000], [1] },
        { [6, 1, 100], [1, 1, 100] },
        { [0, 4], [4] },
        { [3000, 1, 7], [3000, 1, 1] },
        { [4, 2500], [4, 2500] },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Broadcast_inputs_are_stretched_and_threads_do_not_matter(int[] output, int[] stretched)
    {
        var (shape, small) = (Shape.Create(output), Shape.Create(stretched));
        var (x, y) = (Compare.Normals(shape.Count, 1), Compare.Normals(small.Count, 2));

        // x·y + y − 2, with y on both sides, and a copy.
        ElementwiseInstruction[] code = [new(Multiply, 0, 1, 0), new(Add, 2, 1, 0), new(Subtract, 3, -1, 2)];
        var result = Compare.SameForAllThreads(p => Run(shape, [shape, small], code, p, x, y));
        var copy = Run(shape, [small], [], Parallelism.Single, y);
        var turned = Run(shape, [small, shape], [new(Subtract, 0, 1, 0), new(Exp, 0, 0, 0), new(Add, 2, 3, 0)], Parallelism.Single, y, x);
        for (var i = 0; i < x.Length; i++)
        {
            var at = Index(shape, small, i);
            Assert.Equal((x[i] * y[at]) + y[at] - 2, result[i]);
            Assert.Equal(y[at], copy[i]);
            Assert.Equal(y[at] - x[i] + Math.Exp(y[at]), turned[i], 1e-5 * Math.Exp(Math.Abs(y[at])));
        }
    }

    [Fact]
    public void The_output_may_lie_on_an_input_of_its_shape()
    {
        const int n = 50_001;
        var x = Compare.Normals(n, 1);
        var memory = new Guarded(x);
        using var p = new Parallelism(2);
        new ElementwiseChain([n], [[n]], [new(Square, 0, 0, 0), new(Add, 1, 0, 0), new(Multiply, 2, 0, 0)]).Run([memory.Slice], memory.Slice, p);
        var result = memory.Checked();
        for (var i = 0; i < n; i++) Assert.Equal(((x[i] * x[i]) + x[i]) * x[i], result[i]);
    }

    [Fact]
    public void A_long_chain_reuses_scratch_and_stays_right()
    {
        // v₀ = x, vₖ₊₁ = vₖ·½ + vₖ₋₁·¼ keeps two results alive at any time.
        const int n = 5000;
        var x = Compare.Normals(n, 9);
        var code = new List<ElementwiseInstruction>();
        var (previous, current) = (0, 0);
        for (var k = 0; k < 20; k++)
        {
            code.Add(new(Multiply, current, -1, 0.5f));
            code.Add(new(Multiply, -1, previous, 0.25f));
            code.Add(new(Add, code.Count - 1, code.Count, 0));
            (previous, current) = (current, code.Count);
        }

        var result = Run([n], [[n]], code, Parallelism.Single, x);
        for (var i = 0; i < n; i++)
        {
            var (a, b) = (x[i], x[i]);
            for (var k = 0; k < 20; k++) (a, b) = (b, (b * 0.5f) + (a * 0.25f));
            Assert.Equal(b, result[i]);
        }
    }

    [Fact]
    public void A_run_allocates_nothing_after_the_first()
    {
        var shape = Shape.Create([8, 16, 16, 32]);
        var chain = new ElementwiseChain(shape, [shape, [8, 1, 1, 32]], [new(Add, 0, 1, 0), new(Silu, 2, 0, 0), new(Multiply, 3, -1, 3)]);
        var (x, y, result) = (new Guarded(Compare.Normals(shape.Count, 1)), new Guarded(Compare.Normals(256, 2)), new Guarded(shape.Count));
        using var p = new Parallelism(2);
        var inputs = new[] { x.Slice, y.Slice };
        for (var i = 0; i < 20; i++) chain.Run(inputs, result.Slice, p);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) chain.Run(inputs, result.Slice, p);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wrong_plans_and_wrong_memory_are_refused_with_one_clear_line()
    {
        Assert.Equal("ElementwiseChain: shapes do not broadcast, [2, 3] and [4].", Assert.Throws<ArgumentException>(() => new ElementwiseChain([2, 3], [[4]], [])).Message);
        Assert.Contains("does not broadcast to output", Assert.Throws<ArgumentException>(() => new ElementwiseChain([1, 3], [[2, 3]], [])).Message, StringComparison.Ordinal);
        Assert.Contains("uses operand 1", Assert.Throws<ArgumentException>(() => new ElementwiseChain([3], [[3]], [new(Negate, 1, 0, 0)])).Message, StringComparison.Ordinal);
        Assert.Contains("one input is copied", Assert.Throws<ArgumentException>(() => new ElementwiseChain([3], [], [])).Message, StringComparison.Ordinal);
        var chain = new ElementwiseChain([3], [[3]], [new(Negate, 0, 0, 0)]);
        Assert.Throws<ArgumentException>(() => chain.Run([new Guarded(2).Slice], new Guarded(3).Slice, Parallelism.Single));
        Assert.Throws<ArgumentException>(() => chain.Run([new Guarded(3).Slice], new Guarded(4).Slice, Parallelism.Single));
        Assert.Throws<ArgumentException>(() => chain.Run([], new Guarded(3).Slice, Parallelism.Single));
    }

    private static float[] Run(Shape output, Shape[] shapes, IReadOnlyList<ElementwiseInstruction> code, Parallelism p, params float[][] inputs)
    {
        var result = new Guarded(output.Count);
        new ElementwiseChain(output, shapes, code).Run(inputs.Select(x => new Guarded(x).Slice).ToArray(), result.Slice, p);
        return result.Checked();
    }

    private static float[] Inputs(ElementwiseCode code, int n, ulong seed)
    {
        var x = Compare.Normals(n, seed, 2);
        if (code is Log or Sqrt or Rsqrt or Pow)
            for (var i = 0; i < n; i++) x[i] = Math.Abs(x[i]);
        return x;
    }

    private static int Index(Shape output, Shape input, int element)
    {
        var (index, stride) = (0, 1);
        for (var i = 1; i <= output.Rank; i++)
        {
            var at = element % output[^i];
            element /= output[^i];
            if (i > input.Rank) continue;
            if (input[^i] > 1) index += at * stride;
            stride *= input[^i];
        }

        return index;
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    // The result rounded to float32, or within a few units of the last place; near a zero of the function, absolutely.
    private static void Near(double exact, float actual, string what)
    {
        var rounded = (float)exact;
        if (rounded.Equals(actual)) return;
        Assert.True(Math.Abs(actual - exact) <= (6e-7 * Math.Abs(exact)) + 2e-38 + (what.StartsWith("Silu", StringComparison.Ordinal) ? 3e-7 : 0), $"{what} = {actual}, exactly {exact}.");
    }

    private static double Exact(ElementwiseCode code, double x, double y) => code switch
    {
        Add => x + y,
        Subtract => x - y,
        Multiply => x * y,
        Divide => x / y,
        Maximum => Math.Max(x, y),
        Minimum => Math.Min(x, y),
        Greater => x > y ? 1 : 0,
        Equal => x == y ? 1 : 0,
        Negate => -x,
        Exp => Math.Exp(x),
        Log => Math.Log(x),
        Sqrt => Math.Sqrt(x),
        Rsqrt => 1 / Math.Sqrt(x),
        Square => x * x,
        Reciprocal => 1 / x,
        Abs => Math.Abs(x),
        Sign => double.IsNaN(x) ? x : Math.Sign(x),
        Sin => Math.Sin(x),
        Cos => Math.Cos(x),
        Tanh => Math.Tanh(x),
        Sigmoid => 1 / (1 + Math.Exp(-x)),
        Silu => x / (1 + Math.Exp(-x)),
        SiluGradient => y / (1 + Math.Exp(-x)) * (1 + (x / (1 + Math.Exp(x)))),
        Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        Erf => SlowErf(x),
        Softplus => x < -15 ? Math.Exp(x) * (1 - (Math.Exp(x) / 2)) : x > 40 ? x : Math.Log(1 + Math.Exp(x)),
        Pow => Math.Pow(x, y),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    // Simpson's rule on 2/√π e^(−t²), 400 panels; 1 past 6.
    private static double SlowErf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.Sign(x);
        const int panels = 400;
        double sum = 0, h = x / panels;
        for (var i = 0; i <= panels; i++) sum += Math.Exp(-(i * h) * (i * h)) * (i is 0 or panels ? 1 : i % 2 == 1 ? 4 : 2);
        return 2 / Math.Sqrt(Math.PI) * sum * h / 3;
    }
}
