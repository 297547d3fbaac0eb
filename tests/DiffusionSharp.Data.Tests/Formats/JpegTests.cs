using DiffusionSharp.Data.Formats;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Data.Tests.Formats;

public sealed class JpegTests
{
    // 5×3 grey levels 0, 16, 32, … at quality 100, and 2×2 of one colour.
    private const string Grey = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAADAAUBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AP1w/ZQ/4Jh/sB/8K4i/4xZ+F/8Ay6f8uGpf88pf+onX/9k=";
    private const string Colour = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAARCAACAAIDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD8n6/Dz/qYP//Z";
    private const string Cmyk = "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwBQNzxGPDJQRkFGWlVQX3jIgnhubnj1r7mRyP///////////////////////////////////////////////////8AAFAgAAgACBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwC7V2rtXa//2Q==";

    [Fact]
    public void Grey_stays_grey_and_colour_becomes_RGB()
    {
        RequireLibrary();
        var grey = Jpeg.Decode(Convert.FromBase64String(Grey), "test");
        Assert.Equal((3, 5, 1), (grey.Height, grey.Width, grey.Channels));
        for (var i = 0; i < 15; i++) Assert.InRange(grey.Pixels[i] - (16 * i), -1, 1);
        var colour = Jpeg.Decode(Convert.FromBase64String(Colour), "test");
        Assert.Equal((2, 2, 3), (colour.Height, colour.Width, colour.Channels));
        for (var i = 0; i < 12; i++) Assert.InRange(colour.Pixels[i] - new[] { 200, 30, 60 }[i % 3], -1, 1);
    }

    [Fact]
    public void A_picture_cut_anywhere_is_refused()
    {
        RequireLibrary();
        var bytes = Convert.FromBase64String(Colour);

        // The last two bytes only say that the end has come.
        for (var length = 0; length < bytes.Length - 2; length++)
            Assert.Throws<DataException>(() => Jpeg.Decode(bytes[..length], "test"));
    }

    [Fact]
    public void Damage_is_refused_or_decoded_but_never_crashes()
    {
        RequireLibrary();
        var refused = 0;
        foreach (var text in new[] { Grey, Colour })
        {
            var original = Convert.FromBase64String(text);
            for (var bit = 0; bit < original.Length * 8; bit++)
            {
                var bytes = (byte[])original.Clone();
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                try
                {
                    Jpeg.Decode(bytes, "test");
                }
                catch (DataException)
                {
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 100, 8000);
    }

    [Fact]
    public void What_cannot_be_read_is_one_clear_line()
    {
        RequireLibrary();
        var huge = Convert.FromBase64String(Grey);
        var size = huge.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0, 0, 11, 8 }) + 5;
        new byte[] { 0xFF, 0xDC, 0xFF, 0xDC }.CopyTo(huge, size);
        Assert.Contains("are the limit", Message(huge), StringComparison.Ordinal);
        Assert.Contains("CMYK", Message(Convert.FromBase64String(Cmyk)), StringComparison.Ordinal);
        Assert.StartsWith("x.jpg: not a JPEG picture that can be read: ", Message([1, 2, 3, 4, 5, 6]), StringComparison.Ordinal);
    }

    [Fact]
    public void Photographs_are_read()
    {
        RequireLibrary();
        var picture = PictureFile.Read(SharedFolder.Require("data", "photos", "bird", "0034.jpg"));
        Assert.Equal((32, 32, 3), (picture.Height, picture.Width, picture.Channels));
    }

    private static string Message(byte[] bytes) => Assert.Throws<DataException>(() => Jpeg.Decode(bytes, "x.jpg")).Message;

    private static void RequireLibrary()
    {
        if (Jpeg.IsAvailable) return;
        Assert.Contains("libturbojpeg0", Message([1, 2, 3, 4]), StringComparison.Ordinal);
        Assert.Skip("libjpeg-turbo is not installed; its absence was reported as it should be.");
    }
}
