using System.Diagnostics;

namespace DiffusionSharp.Tensors;

/// <summary>
/// What the other threads of a pool saved its caller, less what waiting for them cost; where that is a loss the caller works alone for a while.
/// </summary>
/// <remarks>
/// On a busy machine a thread may lose its core with a tile in hand. Nobody else can finish that tile, and the caller waits for milliseconds
/// where its loops take a hundred microseconds. The pause is a multiple of the loss, so that trying again costs a fixed share of the time at most.
/// Times are ticks of <see cref="Stopwatch"/>. Only the speed of a loop depends on them, never its results.
/// </remarks>
internal sealed class HelpLedger
{
    /// <summary>Gains are remembered up to this: a thousandth of a second.</summary>
    public static readonly long Memory = Stopwatch.Frequency / 1000;

    /// <summary>The longest time alone: one second.</summary>
    public static readonly long LongestPause = Stopwatch.Frequency;

    /// <summary>Pause by loss: trying again takes at most a sixteenth of the time.</summary>
    public const int PauseByLoss = 16;

    private long balance;
    private long aloneUntil = long.MinValue;

    /// <summary>Whether the caller had better work alone.</summary>
    public bool Alone(long now) => now < aloneUntil;

    /// <summary>Enters a loop that was shared.</summary>
    /// <param name="now">When it ended.</param>
    /// <param name="ownTiles">Tiles that the caller did.</param>
    /// <param name="ownTime">How long it took for them.</param>
    /// <param name="otherTiles">Tiles that others did.</param>
    /// <param name="waking">How long calling the others took.</param>
    /// <param name="waiting">How long the caller waited for the last tiles.</param>
    public void Enter(long now, int ownTiles, long ownTime, int otherTiles, long waking, long waiting)
    {
        // Without a tile of its own the caller does not know what a tile takes.
        if (ownTiles == 0) return;
        var tile = (double)ownTime / ownTiles;

        // Tiles are not all alike, and waiting out the last one is the way of every loop.
        var lost = waking + Math.Max(0, waiting - (2 * tile));
        balance = (long)Math.Min(Memory, balance + (otherTiles * tile) - lost);
        if (balance >= 0) return;
        aloneUntil = now + Math.Min(LongestPause, -balance * PauseByLoss);
        balance = 0;
    }
}
