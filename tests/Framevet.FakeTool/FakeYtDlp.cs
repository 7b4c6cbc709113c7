using System.Globalization;

/// <summary>
/// Stands in for yt-dlp: what it does, the link's path says. /fail/NAME prints what yt-dlp prints in that case and fails; /list/N is a playlist of N videos;
/// /slow/MS waits; /big/N writes N bytes; everything else is a video. The command line it got lies in the working folder's args.txt when /args is asked for.
/// </summary>
internal static class FakeYtDlp
{
    private static readonly string[] Known =
    [
        "--ignore-config", "--no-plugin-dirs", "--no-update", "--no-exec", "--no-batch-file", "--no-cookies-from-browser", "--no-cache-dir", "--color", "--proxy", "--use-extractors", "--match-filters",
        "--abort-on-error", "--socket-timeout", "--retries", "--fragment-retries", "--extractor-retries", "--ffmpeg-location", "--js-runtimes", "--cookies", "--dateafter", "--datebefore", "--max-filesize", "--print",
    ];

    public static int Run(string[] args)
    {
        if (args.Contains("--version"))
        {
            Console.Out.WriteLine(Environment.GetEnvironmentVariable("FAKE_YTDLP_VERSION") ?? "2026.11.20");
            return 0;
        }

        if (args.Contains("--help"))
        {
            Console.Out.WriteLine(string.Join('\n', Known));
            return 0;
        }

        var link = new Uri(args[^1].Contains("://", StringComparison.Ordinal) ? args[^1] : "http://search/" + Uri.EscapeDataString(args[^1]));
        if (args[^2] != "--")
        {
            Console.Error.WriteLine("ERROR: the link does not stand behind --");
            return 2;
        }

        var words = link.AbsolutePath.Trim('/').Split('/');
        var number = words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out var n) ? n : 0;
        switch (words[0])
        {
            case "fail":
                Console.Error.WriteLine(Uri.UnescapeDataString(words[1]));
                return 1;
            case "slow":
                Thread.Sleep(number);
                break;
        }

        return args.Contains("--dump-single-json") ? Look(link, words, number) : Fetch(args, link, words, number);
    }

    private static int Look(Uri link, string[] words, int number)
    {
        if (words[0] == "list")
        {
            var entries = Enumerable.Range(1, number).Select(i =>
                $$"""{"_type":"url","id":"v{{i}}","ie_key":"Fake","title":"Video {{i}}","duration":{{i * 10}},"url":"{{new Uri(link, $"/video/{i}")}}"}""");
            Console.Out.WriteLine($$"""{"_type":"playlist","id":"list","extractor_key":"Fake","title":"A list","playlist_count":{{number}},"entries":[{{string.Join(',', entries)}}]}""");
            return 0;
        }

        Console.Out.WriteLine($$"""
            {"id":"{{string.Join('-', words)}}","extractor_key":"Fake","title":"A film: {{words[^1]}}","uploader":"Ada","license":"CC BY","duration":12.5,"is_live":{{(words[0] == "live" ? "true" : "false")}},"webpage_url":"{{link}}"}
            """);
        return 0;
    }

    private static int Fetch(string[] args, Uri link, string[] words, int number)
    {
        var folder = args[Array.IndexOf(args, "--paths") + 1];
        var path = Path.Combine(folder, "media.mp4");
        Tell(Path.Combine(Path.GetTempPath(), $"fake-yt-dlp-{link.Port}.txt"), string.Join('\n', args) + "\n" + Cookies(args));
        Console.Out.WriteLine("framevet-progress 50 100 NA");
        Console.Out.Flush();
        if (words[0] == "hang")
        {
            Thread.Sleep(Timeout.Infinite);
        }

        var bytes = new byte[words[0] == "big" ? number : 1000];
        new Random(link.AbsolutePath.Length + number).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        Console.Out.WriteLine($"framevet-done {path}");
        return 0;
    }

    // Videos of one list are fetched side by side; one command line is as good as the other.
    private static void Tell(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (IOException)
        {
        }
    }

    private static string Cookies(string[] args) => Array.IndexOf(args, "--cookies") is var at and > 0 ? File.ReadAllText(args[at + 1]) : "";
}
