using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Schedules;

public sealed class TimestepsTests
{
    [Theory]
    [InlineData(TimestepSpacing.Leading)]
    [InlineData(TimestepSpacing.Trailing)]
    [InlineData(TimestepSpacing.Linspace)]
    [InlineData(TimestepSpacing.Quadratic)]
    public void Any_number_of_steps_gives_as_many_different_trained_timesteps(TimestepSpacing spacing)
    {
        foreach (var levels in Enumerable.Range(1, 30).Append(1000))
        {
            // At 1000 levels every 37th number of steps, 1 and 1000 among them.
            for (var steps = 1; steps <= levels; steps += levels == 1000 ? 37 : 1)
            {
                var grid = Timesteps.Create(spacing, levels, steps);
                Assert.Equal(steps, grid.Count);
                Assert.True(grid.IsChain);
                Assert.Equal(-1, grid.End);
                Assert.InRange(grid.Start, 0, levels - 1);
                for (var i = 0; i < steps; i++)
                {
                    if (Math.Floor(grid.Times[i]) != grid.Times[i] || grid.Targets[i] >= grid.Times[i]) Assert.Fail($"{spacing}, {steps} of {levels}: step {i} goes from {grid.Times[i]} to {grid.Targets[i]}.");
                }

                if (spacing == TimestepSpacing.Trailing || (spacing == TimestepSpacing.Linspace) || steps == levels) Assert.Equal(levels - 1, grid.Start);
                if (spacing != TimestepSpacing.Trailing && steps > 1) Assert.Equal(0, grid.Times[^1]);
            }
        }
    }

    [Fact]
    public void Leading_keeps_its_stride_where_the_steps_do_not_divide_the_levels()
    {
        Assert.Equal([66, 33, 0], Timesteps.Leading(100, 3).Times);
        Assert.Equal([67, 34, 1], Timesteps.Leading(100, 3, offset: 1).Times);
        Assert.Equal([99, 66, 32], Timesteps.Trailing(100, 3).Times);
        Assert.Equal([99, 50, 0], Timesteps.Linspace(100, 3).Times);
    }

    [Fact]
    public void Quadratic_timesteps_are_squares_of_evenly_spaced_numbers()
    {
        var grid = Timesteps.Quadratic(1000, 10);
        for (var i = 0; i < 10; i++) Assert.InRange(grid.Times[9 - i] - (800.0 * i * i / 81), -1, 1e-9);
    }

    [Fact]
    public void Too_many_steps_or_a_wrong_offset_are_refused_in_one_clear_line()
    {
        Assert.StartsWith("Timesteps: 1 to 10 steps were expected, the number of trained levels.", Assert.Throws<ArgumentOutOfRangeException>(() => Timesteps.Trailing(10, 11)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Timesteps.Leading(10, 0));
        Assert.Contains("offset in 0 … 0 was expected for 10 leading steps on 10 levels", Assert.Throws<ArgumentOutOfRangeException>(() => Timesteps.Leading(10, 10, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("only leading has", Assert.Throws<ArgumentOutOfRangeException>(() => Timesteps.Create(TimestepSpacing.Linspace, 10, 5, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_must_fall_strictly()
    {
        Assert.Contains("step 1 goes from 0.5 to 0.5", Assert.Throws<ArgumentException>(() => new TimeGrid([1, 0.5, 0.5], 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TimeGrid([1, double.NaN], 0));
        Assert.Throws<ArgumentException>(() => new TimeGrid([], 0));
        Assert.Throws<ArgumentException>(() => TimeGrid.Uniform(0, 1, 4));
        Assert.Equal([1, 0.75, 0.5, 0.25], TimeGrid.Uniform(1, 0, 4).Times);
    }

    [Fact]
    public void Compatibility_grids_ask_at_the_same_times_and_end_steps_elsewhere()
    {
        var grid = Timesteps.Linspace(1000, 4);
        Assert.Equal([999, 666, 333, 0], grid.Times);
        Assert.Equal([749, 416, 83, -1], grid.WithStrideTargets(1000).Targets);
        Assert.False(grid.WithStrideTargets(1000).IsChain);
        Assert.Equal([666, 333, 0, 0], grid.EndingAtFirstLevel().Targets);
        Assert.Equal(grid.Times, grid.WithStrideTargets(1000).Times);
    }
}
