namespace Framevet.Web;

/// <summary>Addresses that pages, scripts and the server must agree on.</summary>
public static class WebPaths
{
    /// <summary>
    /// Sign-in page (GET), and its form (POST: <c>name</c>, <c>password</c>, <c>returnUrl</c>, antiforgery token). After a failure the browser
    /// comes back to the page with <c>?error=</c>: <c>credentials</c>, <c>code</c>, <c>rate</c>, <c>company</c>.
    /// </summary>
    public const string Login = "/account/login";

    /// <summary>Sign-out form (POST, antiforgery token).</summary>
    public const string Logout = "/account/logout";

    /// <summary>First-run page (GET with <c>?token=</c>). Its form posts to <see cref="SetupPost"/>.</summary>
    public const string Setup = "/setup";

    /// <summary>First-run form (POST: <c>token</c>, <c>name</c>, <c>password</c>, antiforgery token). Comes back to <see cref="Setup"/> with <c>?token=&amp;error=</c> a sentence.</summary>
    public const string SetupPost = "/account/setup";

    /// <summary>Invite page (GET with <c>?user=&amp;token=</c>). Its form posts to <see cref="InvitePost"/>.</summary>
    public const string Invite = "/invite";

    /// <summary>Invite form (POST: <c>user</c>, <c>token</c>, <c>password</c>, antiforgery token). Comes back to <see cref="Invite"/> with <c>?user=&amp;token=&amp;error=</c> a sentence.</summary>
    public const string InvitePost = "/account/invite";

    /// <summary>Own password: page (GET) and form (POST: <c>current</c>, <c>password</c>, antiforgery token). Comes back with <c>?done=1</c> or <c>?error=</c> a sentence.</summary>
    public const string Password = "/account/password";

    /// <summary>Own account: profile, password, second step, sessions, keys.</summary>
    public const string Account = "/account";

    /// <summary>Second step of a sign-in: page (GET) and form (POST: <c>code</c> of the app or a recovery code, <c>returnUrl</c>, antiforgery token).</summary>
    public const string Code = "/account/code";

    /// <summary>Second step: page (GET) that shows its state and, once, new recovery codes.</summary>
    public const string TwoStep = "/account/two-step";

    /// <summary>Switches the second step on (POST: <c>code</c>, <c>current</c>, antiforgery token).</summary>
    public const string TwoStepOn = "/account/two-step/on";

    /// <summary>Switches it off (POST: <c>code</c>, <c>current</c>, antiforgery token).</summary>
    public const string TwoStepOff = "/account/two-step/off";

    /// <summary>Makes new recovery codes (POST: <c>code</c>, antiforgery token).</summary>
    public const string RecoveryCodes = "/account/two-step/codes";

    /// <summary>Goes to the company's sign-in (GET, <c>returnUrl</c>); with <c>?link=1</c>, to link it with the account that is signed in.</summary>
    public const string Company = "/account/company";

    /// <summary>Where the company's sign-in comes back to, after the protocol's own address was checked.</summary>
    public const string CompanyBack = "/account/company/back";

    /// <summary>Where somebody lands who may not see a page.</summary>
    public const string Denied = "/account/denied";

    /// <summary>Root of API version 1.</summary>
    public const string Api = "/api/v1";

    /// <summary>
    /// Uploads: POST multipart, any number of parts named <c>files</c>, optional fields <c>recipe</c> (name), <c>recipeJson</c>, <c>priority</c>.
    /// With the cookie the header <see cref="CsrfHeader"/> must carry the token that <see cref="CsrfToken"/> gives.
    /// </summary>
    public const string Runs = "/api/v1/runs";

    /// <summary>Resumable uploads (tus 1.0); a finished one becomes a run.</summary>
    public const string Uploads = "/api/v1/uploads";

    /// <summary>Links that this server fetches by itself.</summary>
    public const string Links = "/api/v1/links";

    /// <summary>POST multipart: one picture as a part named <c>files</c>, field <c>part</c>; answers with the faces in it. With the cookie as for <see cref="Runs"/>.</summary>
    public const string Faces = "/api/v1/faces";

    /// <summary>Where a picture is tried against the policy.</summary>
    public const string PolicyTrial = "/api/v1/policy/trial";

    /// <summary>GET: <c>{ "token": "…" }</c> for <see cref="CsrfHeader"/>.</summary>
    public const string CsrfToken = "/api/v1/csrf";

    /// <summary>Request header that unsafe calls with the cookie must carry.</summary>
    public const string CsrfHeader = "X-CSRF-TOKEN";

    /// <summary>The hub for clients outside.</summary>
    public const string RunHub = "/hubs/runs";

    /// <summary>The run as one picture, a column for each frame.</summary>
    public static string Strip(Pipeline.Runs.RunId run) => $"/media/strips/{run}.png";

    /// <summary>Thumbnail of a frame; blurred unless a verdict allows it, or the viewer may review and asks with <c>?reveal=1</c>.</summary>
    public static string Thumb(Pipeline.Runs.RunId run, long pts, bool reveal = false) => $"/media/thumbs/{run}/{pts}.jpg{(reveal ? "?reveal=1" : "")}";

    /// <summary>Thumbnail of a frame, blurred whatever its verdict: for pages of people who must not be surprised.</summary>
    public static string Careful(Pipeline.Runs.RunId run, long pts) => $"/media/thumbs/{run}/{pts}.jpg?care=1";

    /// <summary>Frame at full resolution, under the same rule.</summary>
    public static string Frame(Pipeline.Runs.RunId run, long pts, bool reveal = false) => $"/media/frames/{run}/{pts}.jpg{(reveal ? "?reveal=1" : "")}";

    /// <summary>A face of a frame, by its place in the frame's list, under the same rule.</summary>
    public static string Face(Pipeline.Runs.RunId run, long pts, int face, bool reveal = false) => $"/media/faces/{run}/{pts}/{face}.jpg{(reveal ? "?reveal=1" : "")}";

    /// <summary>What guests of a link see, without an account. The token is a secret.</summary>
    public static string Guest(string token) => $"/g/{token}";

    /// <summary>Download of a finished export.</summary>
    public static string ExportFile(Guid export) => $"{Api}/exports/{export:N}/file";
}
