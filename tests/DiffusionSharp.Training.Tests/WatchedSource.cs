namespace DiffusionSharp.Training.Tests;

/// <summary>A source that tells how often it was read, from 1: a place inside of a step.</summary>
internal sealed class WatchedSource(DataSource inner, Action<int> read) : DataSource(inner.Name, inner.SampleShape, inner.Count, inner.ClassNames)
{
    private int reads;

    protected override void Fill(int index, Span<float> destination)
    {
        read(Interlocked.Increment(ref reads));
        inner.Read(index, destination);
    }

    protected override int ClassOf(int index) => inner.Label(index);
}
