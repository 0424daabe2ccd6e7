# X counts; what is too long does not go, in words.
mention m1 by Søren: @byen hvornår?
anna sits at 80x24
anna presses r
anna sees som Byen på X
anna sees 0 af 280
anna pastes aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa
anna sees 11 tegn tilbage
anna types , og så lidt mere til
anna sees 10 tegn for mange
anna presses ctrl+s
anna sees Teksten er for lang: 290 af 280.
anna sees OFFENTLIGT SVAR
