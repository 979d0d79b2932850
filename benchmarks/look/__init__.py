"""What has to be looked at: pictures of letters and pages. Needs a browser, so it is no test."""
