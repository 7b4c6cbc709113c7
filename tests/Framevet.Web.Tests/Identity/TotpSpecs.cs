using System.Text;
using Framevet.Web.Identity;

namespace Framevet.Web.Tests.Identity;

/// <summary>Codes of authenticator apps.</summary>
public sealed class TotpSpecs
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B, the last six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void A_code_is_that_of_the_standard(long seconds, string code) =>
        TotpCodes.Code(Key, TotpCodes.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))).ShouldBe(code);

    [Fact]
    public void A_code_fits_its_step_and_the_neighbours_and_no_other()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = TotpCodes.StepAt(now);

        Enumerable.Range(-3, 7).Where(shift => TotpCodes.Match(Key, TotpCodes.Code(Key, step + shift), now) is not null).ShouldBe([-1, 0, 1]);
        TotpCodes.Match(Key, "12345", now).ShouldBeNull();
        TotpCodes.Match(Key, "", now).ShouldBeNull();
    }

    [Theory]
    [InlineData("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    [InlineData("gezd gnbv gy3t qojq gezd gnbv gy3t qojq")]
    public void Base_32_is_read_as_people_type_it(string text) => TotpCodes.FromBase32(text).ShouldBe(Key);

    [Fact]
    public void Recovery_codes_are_long_and_all_different_and_read_as_people_type_them()
    {
        var codes = RecoveryCodes.New();

        codes.Distinct().Count().ShouldBe(RecoveryCodes.Count);
        codes.ShouldAllBe(c => c.Length == 29);
        RecoveryCodes.Hash(codes[0].ToUpperInvariant().Replace('-', ' ')).ShouldBe(RecoveryCodes.Hash(codes[0]));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on macOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Windows")]
    [InlineData("curl/8.5.0", "Unknown browser")]
    [InlineData(null, "Unknown browser")]
    public void A_device_is_told_in_words(string? userAgent, string words) => DeviceWords.Of(userAgent).ShouldBe(words);
}
