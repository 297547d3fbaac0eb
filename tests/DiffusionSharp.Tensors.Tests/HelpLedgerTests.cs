namespace DiffusionSharp.Tensors.Tests;

public sealed class HelpLedgerTests
{
    [Fact]
    public void Helpers_that_do_their_share_are_never_left()
    {
        var ledger = new HelpLedger();
        for (var loop = 0; loop < 100; loop++)
        {
            // Ten tiles each way, ten ticks a tile, and one tile's time of waiting at the end.
            ledger.Enter(loop, 10, 100, 10, waking: 5, waiting: 10);
            Assert.False(ledger.Alone(loop));
        }
    }

    [Fact]
    public void A_helper_that_lost_its_core_is_left_for_sixteen_times_the_loss()
    {
        var ledger = new HelpLedger();

        // Four tiles of 25 ticks were gained; 5 of waking and 1045 of waiting beyond two tiles were lost.
        ledger.Enter(10_000, 4, 100, 4, waking: 5, waiting: 1095);
        Assert.True(ledger.Alone(10_000 + (16 * 950) - 1));
        Assert.False(ledger.Alone(10_000 + (16 * 950)));
    }

    [Fact]
    public void Gains_of_the_last_millisecond_pay_for_a_loss_and_older_ones_do_not()
    {
        var ledger = new HelpLedger();
        ledger.Enter(0, 1, 1000 * HelpLedger.Memory, 1, 0, 0);
        ledger.Enter(0, 1, 0, 1, 0, HelpLedger.Memory);
        Assert.False(ledger.Alone(0));
        ledger.Enter(0, 1, 0, 1, 0, 1);
        Assert.True(ledger.Alone(0));
    }

    [Fact]
    public void Time_alone_is_at_most_a_second()
    {
        var ledger = new HelpLedger();
        ledger.Enter(0, 1, 0, 1, 0, 1000 * HelpLedger.LongestPause);
        Assert.True(ledger.Alone(HelpLedger.LongestPause - 1));
        Assert.False(ledger.Alone(HelpLedger.LongestPause));
    }

    [Fact]
    public void A_loop_without_a_tile_of_the_callers_own_says_nothing()
    {
        var ledger = new HelpLedger();
        ledger.Enter(0, 0, 0, 8, 0, 1_000_000);
        Assert.False(ledger.Alone(0));
    }
}
