namespace DiffusionSharp.Graphs.Planning;

/// <summary>Places stretches of known lengths and lifetimes in one arena, so that two that are in use at once never meet.</summary>
/// <remarks>
/// The whole set is known before anything is placed, so the largest go first, each as low as it fits (Greedy-by-size of Pisarchyk and
/// Lee 2020, arXiv:2001.03288); and once more in the order of length times lifetime. The shorter arena counts.
/// </remarks>
internal sealed class ArenaPacking
{
    private const int Alignment = 16;
    private readonly List<Stretch> stretches = [];

    /// <summary>A stretch in use from a pass on, until <see cref="End"/> says otherwise.</summary>
    /// <param name="length">Floats.</param>
    /// <param name="from">The first pass.</param>
    /// <param name="to">The last pass.</param>
    /// <returns>Its number.</returns>
    public int Add(int length, int from, int to = int.MaxValue)
    {
        stretches.Add(new Stretch(Math.Max(Alignment, checked((length + Alignment - 1) / Alignment * Alignment)), from) { To = to });
        return stretches.Count - 1;
    }

    /// <summary>The last pass in which a stretch is in use.</summary>
    public void End(int number, int to) => stretches[number].To = to;

    /// <summary>Where each stretch begins, and the length of the arena.</summary>
    public (int[] Starts, int Length) Pack()
    {
        double Area(Stretch s) => (double)s.Length * (Math.Min(s.To, stretches.Count) - s.From + 1);
        var numbers = Enumerable.Range(0, stretches.Count).ToList();
        var bySize = Pack(numbers.OrderByDescending(n => stretches[n].Length).ThenBy(n => stretches[n].From));
        var byArea = Pack(numbers.OrderByDescending(n => Area(stretches[n])).ThenBy(n => n));
        return byArea.Length < bySize.Length ? byArea : bySize;
    }

    private (int[] Starts, int Length) Pack(IEnumerable<int> order)
    {
        var starts = new int[stretches.Count];
        var length = 0;
        var placed = new List<int>();
        foreach (var number in order)
        {
            var stretch = stretches[number];
            var start = 0;
            // The placed ones stand in the order of their starts: the first gap that is wide enough is the lowest.
            foreach (var other in placed)
            {
                if (stretches[other].To < stretch.From || stretch.To < stretches[other].From) continue;
                if (starts[other] - start >= stretch.Length) break;
                start = Math.Max(start, starts[other] + stretches[other].Length);
            }

            starts[number] = start;
            length = Math.Max(length, checked(start + stretch.Length));
            var at = placed.FindIndex(o => starts[o] > start);
            placed.Insert(at < 0 ? placed.Count : at, number);
        }

        return (starts, length);
    }

    private sealed class Stretch(int length, int from)
    {
        public int Length { get; } = length;

        public int From { get; } = from;

        public int To { get; set; }
    }
}
