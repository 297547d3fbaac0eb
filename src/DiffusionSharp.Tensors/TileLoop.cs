namespace DiffusionSharp.Tensors;

/// <summary>The body of the loop that a pool runs, whatever its type: one call more a tile than the body itself.</summary>
internal abstract class TileLoop
{
    /// <summary>Computes one tile.</summary>
    public abstract void Run(int tile);
}

/// <summary>A loop over one type of bodies.</summary>
internal sealed class TileLoop<TBody> : TileLoop
    where TBody : struct, ITileBody
{
    /// <summary>The body, set while no tile can be taken; a field, since the threads run the one body in its place.</summary>
    public TBody Body;

    /// <inheritdoc/>
    public override void Run(int tile) => Body.Run(tile);
}

/// <summary>The loops of one pool, one for each type of body, made when first needed: a loop that was run before allocates nothing.</summary>
internal sealed class TileLoops
{
    private static int types;
    private TileLoop?[] loops = [];

    /// <summary>The pool's loop of a type; of one caller at a time.</summary>
    public TileLoop<TBody> Of<TBody>()
        where TBody : struct, ITileBody
    {
        var number = Number<TBody>.Value;
        if (number >= loops.Length) Array.Resize(ref loops, number + 1);
        return (TileLoop<TBody>)(loops[number] ??= new TileLoop<TBody>());
    }

    private static class Number<TBody>
        where TBody : struct, ITileBody
    {
        public static readonly int Value = Interlocked.Increment(ref types) - 1;
    }
}
