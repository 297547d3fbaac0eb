namespace DiffusionSharp.Tests;

public sealed class DataSourceTests
{
    [Fact]
    public void A_built_in_source_opens_by_its_name_at_the_size_that_is_asked_for()
    {
        var source = DataSource.Open("digits", size: 16);
        Assert.Equal([16, 16, 1], source.SampleShape.Dimensions.ToArray());
    }
}
