using Framevet.Pipeline.Frames;
using Xunit;

namespace Framevet.TestKit.Media;

/// <summary>Asserts that every rented frame buffer came back.</summary>
public static class LeakCheck
{
    /// <summary>Fails when buffers of the pool are still out.</summary>
    public static void NoneLeft(FramePool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        Assert.True(pool.Outstanding == 0, $"{pool.Outstanding} frame buffers were not returned to the pool.");
    }
}
