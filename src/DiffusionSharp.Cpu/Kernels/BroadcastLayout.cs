using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Where the inputs of an element-wise operation lie, in the coordinates of its output with needless axes merged away.</summary>
/// <remarks>Axis i of input k has stride <c>Strides[k][i]</c>, 0 where the input is stretched.</remarks>
internal sealed class BroadcastLayout
{
    public BroadcastLayout(Shape output, IReadOnlyList<Shape> inputs)
    {
        var strides = inputs.Select(input => Stretched(output, input)).ToArray();
        var kept = new List<int>();
        for (var axis = 0; axis < output.Rank; axis++)
        {
            if (output[axis] == 1) continue;
            var last = kept.Count - 1;
            var merges = last >= 0;
            if (merges)
                foreach (var s in strides) merges &= s[kept[last]] == s[axis] * output[axis];
            if (merges) kept[last] = axis;
            else kept.Add(axis);
        }

        // An axis that was merged passes its length on to the one that stands for it.
        Lengths = new int[Math.Max(kept.Count, 1)];
        Array.Fill(Lengths, 1);
        for (var (axis, group) = (0, 0); axis < output.Rank && group < kept.Count; axis++)
        {
            Lengths[group] *= output[axis];
            if (axis == kept[group]) group++;
        }

        Strides = strides.Select(s => kept.Count == 0 ? [0] : kept.Select(axis => s[axis]).ToArray()).ToArray();
    }

    /// <summary>Axis lengths, at least one axis.</summary>
    public int[] Lengths { get; }

    /// <summary>For each input, its stride along each axis.</summary>
    public int[][] Strides { get; }

    /// <summary>The innermost axis' length.</summary>
    public int Inner => Lengths[^1];

    /// <summary>Whether an input is one number.</summary>
    public bool IsNumber(int input) => Strides[input].All(s => s == 0);

    /// <summary>Whether an input lies element by element as the output does.</summary>
    public bool IsDirect(int input)
    {
        var expected = 1;
        for (var axis = Lengths.Length - 1; axis >= 0; axis--)
        {
            if (Strides[input][axis] != expected) return Lengths is [1];
            expected *= Lengths[axis];
        }

        return true;
    }

    /// <summary>Whether an input depends on the innermost axis alone.</summary>
    public bool IsPeriodic(int input) => Strides[input][..^1].All(s => s == 0);

    private static int[] Stretched(Shape output, Shape input)
    {
        var strides = new int[output.Rank];
        var stride = 1;
        for (var i = 1; i <= output.Rank; i++)
        {
            var length = i <= input.Rank ? input[^i] : 1;
            strides[^i] = length == 1 ? 0 : stride;
            stride *= length;
        }

        return strides;
    }
}
