using Xunit;

namespace Framevet.TestKit;

/// <summary>Tests that only <c>./test --long</c> runs.</summary>
public static class LongTests
{
    /// <summary>Whether they were asked for.</summary>
    public static bool AreWanted => Environment.GetEnvironmentVariable("FRAMEVET_LONG") == "1";

    /// <summary>Skips the calling test where they were not asked for and it is one of them; <paramref name="why"/> says what it does that takes so long.</summary>
    public static void Only(bool isLong, string why) => Assert.SkipWhen(isLong && !AreWanted, $"{why} Only in the long tests (./test --long).");
}
